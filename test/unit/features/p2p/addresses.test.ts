import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byReach,
  farthestReach,
  hostOf,
  isCarrierShared,
  pathOf,
  portOf,
  reachOf,
  reachOfIp,
  transportOf,
  withoutPeer,
} from '#shared/features/p2p/addresses.ts';

const PEER = '12D3KooWGQmdpbHXCqLno4mMxWXKNFQHASBeF99gTm2JR8Vu5Bdc';

describe('a multiaddr', () => {
  it.each([
    ['/ip4/192.0.2.7/tcp/7422', 'tcp', 'direct', 'internet'],
    ['/ip4/192.168.1.7/tcp/7422', 'tcp', 'lan', 'lan'],
    ['/ip4/100.64.3.2/tcp/7422', 'tcp', 'lan', 'lan'],
    ['/ip4/127.0.0.1/tcp/7422', 'tcp', 'lan', 'machine'],
    ['/ip6/::1/tcp/7422', 'tcp', 'lan', 'machine'],
    ['/ip6/fe80::1/tcp/7422', 'tcp', 'lan', 'lan'],
    ['/ip6/fd00::1/tcp/7422', 'tcp', 'lan', 'lan'],
    ['/ip6/2001:db8::1/udp/7422/quic-v1', 'quic', 'direct', 'internet'],
    ['/dns4/node.example.org/tcp/443/wss', 'websocket', 'direct', 'internet'],
    [`/ip4/192.0.2.7/tcp/7422/p2p/${PEER}/p2p-circuit`, 'tcp', 'relayed', 'internet'],
    [`/ip4/192.0.2.7/tcp/7422/p2p/${PEER}/p2p-circuit/webrtc`, 'webrtc', 'direct', 'internet'],
    ['/memory/1', 'other', 'direct', 'internet'],
  ] as const)('%s', (address, transport, path, reach) => {
    expect([transportOf(address), pathOf(address), reachOf(address)]).toEqual([transport, path, reach]);
  });

  it('gives its host and first port, and nothing where there is none', () => {
    expect([hostOf('/ip6/::1/tcp/80'), portOf('/ip6/::1/tcp/80')]).toEqual(['::1', 80]);
    expect([hostOf('/memory/1'), portOf('/memory/1'), portOf('/ip4/1.2.3.4/tcp/70000')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(withoutPeer(`/ip4/192.0.2.7/tcp/1/p2p/${PEER}`)).toBe('/ip4/192.0.2.7/tcp/1');
  });

  it('of farther reach comes first', () => {
    const all = ['/ip4/127.0.0.1/tcp/1', '/ip4/192.0.2.1/tcp/1', '/ip4/10.0.0.1/tcp/1'];
    expect(byReach(all)).toEqual([all[1], all[2], all[0]]);
    expect(farthestReach(all)).toBe('internet');
    expect(farthestReach([])).toBe('machine');
  });

  it('that is hostile text ends in no exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const rule of [transportOf, pathOf, reachOf, hostOf, portOf, withoutPeer, reachOfIp]) rule(text);
      }),
    );
  });

  it('in the shared space of a provider is recognised, mapped forms included', () => {
    expect(isCarrierShared('100.127.255.255')).toBe(true);
    expect(isCarrierShared('100.128.0.1')).toBe(false);
    expect(reachOfIp('::ffff:10.0.0.1')).toBe('lan');
  });
});
