import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_FAIL_MS,
  CLOCK_WARN_MS,
  doctorCodeSchema,
  judgeBootstrap,
  judgeClock,
  judgeHearsay,
  judgeDisk,
  judgeFirewall,
  judgeLan,
  judgeListening,
  judgeMapping,
  judgeNames,
  judgeNat,
  judgeOutside,
  judgePaths,
  judgePeers,
  judgePorts,
  judgeVersions,
  judgeRelays,
  judgeServing,
  judgeUdp,
  medianAhead,
  worstState,
} from '#shared/features/p2p/doctor.ts';

it('addresses that strangers named are told, and no reason to worry', () => {
  expect(judgeHearsay(0)).toMatchObject({ state: 'ok', code: 'hearsay.none' });
  expect(judgeHearsay(3)).toMatchObject({ state: 'ok', code: 'hearsay.refused', facts: { count: 3 } });
});

describe('versions', () => {
  it.each([
    [{ newer: 0, older: 0 }, 'ok', 'versions.ready'],
    [{ newer: 0, older: 2 }, 'warn', 'versions.older'],
    [{ newer: 1, older: 2 }, 'warn', 'versions.newer'],
  ] as const)('%j', (refused, state, code) => {
    expect(judgeVersions(refused)).toMatchObject({ state, code });
  });
});

describe('the clock', () => {
  it.each([
    [[], 'skipped', 'clock.unknown'],
    [[400, -200, 90], 'ok', 'clock.ready'],
    [[31_000], 'warn', 'clock.wrong'],
    [[-40_000, -41_000, -39_000], 'warn', 'clock.wrong'],
    [[CLOCK_FAIL_MS + 1, CLOCK_FAIL_MS + 5, CLOCK_FAIL_MS + 9], 'failed', 'clock.wrong'],
    // One liar among three, and one among two, change nothing.
    [[200, 100, 99_999_999], 'ok', 'clock.ready'],
    [[100, -99_999_999], 'ok', 'clock.ready'],
  ])('%j is %s', (ahead, state, code) => {
    expect(judgeClock(ahead)).toMatchObject({ state, code });
  });

  it('is said to be behind where peers are ahead', () => {
    expect(judgeClock([60_000]).facts).toMatchObject({ direction: 'behind', ms: 60_000 });
    expect(judgeClock([-60_000]).facts).toMatchObject({ direction: 'ahead' });
  });

  it('is never moved by less than half of the readings', () => {
    const honest = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 });
    const lies = fc.array(fc.integer(), { maxLength: 20 });
    fc.assert(
      fc.property(honest, lies, (true_, false_) => {
        fc.pre(false_.length <= true_.length);
        const median = medianAhead([...true_, ...false_]) as number;
        expect(Math.abs(median)).toBeLessThanOrEqual(CLOCK_WARN_MS);
      }),
    );
  });
});

describe('what checks find', () => {
  it.each([
    [judgeDisk(1e12), 'ok', 'disk.ready'],
    [judgeDisk(5e8), 'warn', 'disk.low'],
    [judgeDisk(1e6), 'failed', 'disk.full'],
    [judgeListening(0, 'machine', ''), 'failed', 'listening.none'],
    [judgeListening(1, 'machine', '/ip4/127.0.0.1/tcp/1'), 'warn', 'listening.machineOnly'],
    [judgeListening(2, 'lan', '/ip4/10.0.0.1/tcp/1'), 'ok', 'listening.ready'],
    [judgePorts([]), 'skipped', 'ports.none'],
    [
      judgePorts([
        { port: 1, open: true },
        { port: 2, open: false },
      ]),
      'failed',
      'ports.closed',
    ],
    [judgePorts([{ port: 1, open: true }]), 'ok', 'ports.ready'],
    [judgeLan(false, 0, 0), 'skipped', 'lan.off'],
    [judgeLan(true, 0, 0), 'warn', 'lan.silent'],
    [judgeLan(true, 1, 0), 'ok', 'lan.alone'],
    [judgeLan(true, 2, 1), 'ok', 'lan.ready'],
    [judgeNames([], []), 'ok', 'names.notNeeded'],
    [judgeNames(['a'], ['a']), 'failed', 'names.broken'],
    [judgeNames(['a'], []), 'ok', 'names.needed'],
    [judgeBootstrap([]), 'skipped', 'bootstrap.none'],
    [judgeBootstrap([{ address: 'a', reached: true }]), 'ok', 'bootstrap.ready'],
    [
      judgeBootstrap([
        { address: 'a', reached: true },
        { address: 'b', reached: false },
      ]),
      'warn',
      'bootstrap.some',
    ],
    [judgeBootstrap([{ address: 'b', reached: false }]), 'failed', 'bootstrap.silent'],
    [judgePeers(0), 'failed', 'peers.none'],
    [judgePeers(3), 'ok', 'peers.ready'],
    [judgePaths([]), 'skipped', 'paths.none'],
    [judgePaths(['lan', 'direct']), 'ok', 'paths.ready'],
    [judgePaths(['lan', 'relayed']), 'warn', 'paths.relayed'],
    [judgeNat(['192.168.1.2'], []), 'skipped', 'nat.unknown'],
    [judgeNat(['192.168.1.2'], ['192.168.1.2']), 'skipped', 'nat.unknown'],
    [judgeNat(['192.168.1.2'], ['203.0.113.9']), 'ok', 'nat.behind'],
    [judgeNat(['203.0.113.9'], ['203.0.113.9']), 'ok', 'nat.open'],
    [judgeNat(['100.64.0.9'], ['203.0.113.9']), 'warn', 'nat.carrier'],
    [judgeOutside({ inbound: 0, dialledBack: [], port: 7 }), 'skipped', 'outside.unknown'],
    [judgeOutside({ inbound: 2, dialledBack: [], port: 7 }), 'ok', 'outside.reachable'],
    [
      judgeOutside({ inbound: 0, dialledBack: [{ reachable: true, fromInternet: false }], port: 7 }),
      'skipped',
      'outside.unknown',
    ],
    [
      judgeOutside({ inbound: 0, dialledBack: [{ reachable: false, fromInternet: true }], port: 7 }),
      'warn',
      'outside.closed',
    ],
    [judgeFirewall('linux', false, 7), 'ok', 'firewall.none'],
    [judgeFirewall('linux', true, 7), 'warn', 'firewall.linux'],
    [judgeFirewall('win32', true, 7), 'warn', 'firewall.windows'],
    [judgeFirewall('freebsd', true, 7), 'ok', 'firewall.none'],
  ])('%j', (found, state, code) => {
    expect(found).toMatchObject({ state, code });
    expect(doctorCodeSchema.safeParse(found.code).success).toBe(true);
  });

  it('in a place is as bad as its worst', () => {
    expect(worstState(['ok', 'warn', 'running'])).toBe('warn');
    expect(worstState(['ok', 'running'])).toBe('running');
    expect(worstState(['skipped', 'ok'])).toBe('ok');
    expect(worstState([])).toBe('skipped');
  });
});

describe('the way through NATs', () => {
  it.each([
    [0, [], 'skipped', 'udp.unknown'],
    [2, [], 'warn', 'udp.blocked'],
    [2, ['203.0.113.9:1'], 'ok', 'udp.ready'],
    [2, ['203.0.113.9:1', '203.0.113.9:1'], 'ok', 'udp.ready'],
    [2, ['203.0.113.9:1', '203.0.113.9:2'], 'warn', 'udp.symmetric'],
  ])('%i asked, who saw %j: %s, %s', (asked, seen, state, code) => {
    expect(judgeUdp(asked, seen)).toMatchObject({ state, code });
  });

  const behind = { reachable: false, usesRelays: true, held: 0, peers: 3 };
  it.each([
    [{ ...behind, reachable: true }, 'ok', 'relays.notNeeded'],
    [{ ...behind, usesRelays: false }, 'skipped', 'relays.off'],
    [{ ...behind, held: 2 }, 'ok', 'relays.held'],
    [{ ...behind, peers: 0 }, 'skipped', 'relays.unknown'],
    [behind, 'warn', 'relays.none'],
  ])('%j: %s, %s', (facts, state, code) => {
    expect(judgeRelays(facts)).toMatchObject({ state, code });
  });

  it('says what is carried for others', () => {
    expect(judgeServing(true, 3, 4096)).toMatchObject({
      code: 'serving.on',
      facts: { count: 3, bytes: 4096 },
    });
    expect(judgeServing(false, 0, 4096).code).toBe('serving.off');
  });
});

describe('the port that the router was asked for', () => {
  const outside = { by: 'nat-pmp', address: '11.22.33.2', port: 7422 } as const;

  it('is told apart by what the router said', () => {
    expect(judgeMapping({ state: 'off' })).toMatchObject({ state: 'skipped', code: 'mapping.off' });
    expect(judgeMapping({ state: 'asking' })).toMatchObject({ state: 'skipped', code: 'mapping.asking' });
    expect(judgeMapping({ state: 'silent' })).toMatchObject({ state: 'warn', code: 'mapping.silent' });
    expect(judgeMapping({ state: 'refused', by: 'upnp', reason: '606' })).toMatchObject({
      state: 'warn',
      code: 'mapping.refused',
      facts: { protocol: 'UPnP', reason: '606' },
    });
    expect(judgeMapping({ state: 'mapped', ...outside })).toMatchObject({
      state: 'ok',
      code: 'mapping.mapped',
      facts: { protocol: 'NAT-PMP', address: '11.22.33.2', port: 7422 },
    });
    expect(judgeMapping({ state: 'double', ...outside, address: '100.64.0.2' })).toMatchObject({
      state: 'warn',
      code: 'mapping.double',
    });
  });
});
