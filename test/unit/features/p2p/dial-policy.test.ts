import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inDialOrder, isNeighbour, isPublicIp, refusalOf } from '#shared/features/p2p/dial-policy.ts';
import '#test/support/properties.ts';

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';
const RELAY = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';

/** What the runtime itself takes for inner addresses: written a second time, in another way. */
const inner = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [base, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inner.ipv4.addSubnet(base, bits, 'ipv4');
for (const [base, bits] of [
  ['::', 8],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.ipv6.addSubnet(base, bits, 'ipv6');

const isIn = ([base, bits]: readonly [string, number], ip: string): boolean => {
  const list = new BlockList();
  list.addSubnet(base, bits, 'ipv4');
  return list.check(ip, 'ipv4');
};

const familyOf = (ip: string) => (ip.includes(':') ? 'ipv6' : 'ipv4');
const ip4 = fc.ipV4();
const ip6 = fc.ipV6();
const port = fc.integer({ min: 1, max: 65_535 });
const addressOf = (ip: string, at: number) => `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${at}`;

describe('addresses that others name', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.1',
    '172.31.255.255',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.9',
    '198.18.0.1',
    '224.0.0.251',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:c0a8:101',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:4136:e378::',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '0177.0.0.1',
    '2130706433',
    '127.1',
    '',
    '1:2:3',
    '1::2::3',
  ])('%s is not of the public internet', (ip) => expect(isPublicIp(ip)).toBe(false));

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
    '%s is',
    (ip) => expect(isPublicIp(ip)).toBe(true),
  );

  it('no inner address passes, however it is reached', () =>
    fc.assert(
      fc.property(fc.oneof(ip4, ip6), port, (ip, at) => {
        fc.pre(inner[familyOf(ip)].check(ip, familyOf(ip)));
        const address = addressOf(ip, at);
        expect(refusalOf(address)).toBe('inner');
        expect(refusalOf(`${address}/p2p/${PEER}`)).toBe('inner');
        expect(refusalOf(`${address}/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`)).toBe('inner');
        expect(refusalOf(`${address}/p2p/${RELAY}/p2p-circuit/webrtc/p2p/${PEER}`)).toBe('inner');
        expect(refusalOf(`/ip4/1.1.1.1/tcp/1${address}/p2p/${PEER}`)).toBe('inner');
      }),
    ));

  it('an IPv4 address within IPv6 does not pass, whatever it is', () =>
    fc.assert(
      fc.property(ip4, port, (ip, at) => {
        expect(refusalOf(addressOf(`::ffff:${ip}`, at))).toBe('inner');
        expect(refusalOf(addressOf(`::${ip}`, at))).toBe('inner');
        expect(refusalOf(addressOf(`64:ff9b::${ip}`, at))).toBe('inner');
      }),
    ));

  it('a public one passes, relayed or not', () =>
    fc.assert(
      fc.property(ip4, port, (ip, at) => {
        fc.pre(!inner.ipv4.check(ip, 'ipv4') && !SPECIAL.some((range) => isIn(range, ip)));
        expect(refusalOf(`${addressOf(ip, at)}/p2p/${PEER}`)).toBeUndefined();
        expect(refusalOf(`${addressOf(ip, at)}/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`)).toBeUndefined();
      }),
    ));

  it('names pass nowhere', () =>
    fc.assert(
      fc.property(fc.constantFrom('dns', 'dns4', 'dns6', 'dnsaddr'), fc.domain(), port, (kind, name, at) => {
        expect(refusalOf(`/${kind}/${name}/tcp/${at}/p2p/${PEER}`)).toBe('name');
        expect(refusalOf(`/${kind}/${name}/tcp/${at}/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`)).toBe('name');
      }),
    ));

  it('what is no address never passes, and never throws', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(refusalOf(`/${text}`)).toBeDefined();
      }),
    ));

  it.each([
    ['/unix/%2Ftmp%2Fsock', 'unknown'],
    ['/ip6zone/eth0/ip6/fe80::1/tcp/1', 'unknown'],
    ['/ip4/1.1.1.1/tcp/80/http', 'unknown'],
    [`/p2p/${PEER}`, 'unknown'],
    [`/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`, undefined],
    [`/p2p/${RELAY}/p2p-circuit/ip4/10.0.0.1/tcp/22/p2p/${PEER}`, 'inner'],
  ])('%s is judged %s', (address, refusal) => expect(refusalOf(address)).toBe(refusal));
});

const SPECIAL = [
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const;

it('neighbours are of the local network, and no credentials of a cloud', () => {
  expect(isNeighbour('/ip4/192.168.1.7/tcp/7422')).toBe(true);
  expect(isNeighbour('/ip6/fd12::1/tcp/7422')).toBe(true);
  expect(isNeighbour('/ip4/127.0.0.1/tcp/7422')).toBe(false);
  expect(isNeighbour('/ip4/169.254.169.254/tcp/80')).toBe(false);
  expect(isNeighbour('/dns4/printer.local/tcp/80')).toBe(false);
  expect(isNeighbour(`/ip4/192.168.1.7/tcp/7422/p2p/${RELAY}/p2p-circuit`)).toBe(false);
});

it('near addresses are dialled before far ones, IPv6 before IPv4, relays last', () => {
  const order = [
    '/ip4/192.168.1.7/tcp/1',
    '/ip6/2606:4700::1/tcp/1',
    '/ip4/1.1.1.1/tcp/1',
    '/ip4/127.0.0.1/tcp/1',
    `/ip4/1.1.1.1/tcp/1/p2p/${RELAY}/p2p-circuit`,
  ];
  expect(inDialOrder(order.toReversed())).toEqual(order);
});
