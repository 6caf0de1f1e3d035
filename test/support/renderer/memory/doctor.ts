import {
  type doctorContract,
  doctorChecks,
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
  type DoctorCheck,
  type Finding,
} from '#shared/features/p2p/doctor.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

/** A node behind a home router whose port nobody forwards, with a clock that is two minutes off. */
export function answerDoctor({ clock, world }: Memory): Handlers<typeof doctorContract> {
  const findings = (): Record<DoctorCheck, Finding> => {
    const connected = world.peers.filter(({ connected }) => connected);
    const some = connected.length > 0;
    const outside = judgeOutside({
      inbound: 0,
      dialledBack: some ? [{ reachable: false, fromInternet: true }] : [],
      port: 7422,
    });
    return {
      keys: { state: 'ok', code: 'keys.unprotected', facts: {} },
      disk: judgeDisk(84_000_000_000),
      endpoint: { state: 'ok', code: 'endpoint.ready', facts: { url: 'http://127.0.0.1:7420/mcp' } },
      listening: judgeListening(2, 'lan', '/ip4/192.168.1.23/tcp/7422'),
      ports: judgePorts([{ port: 7422, open: true }]),
      lan: judgeLan(true, 1, 0),
      names: judgeNames([], []),
      bootstrap: judgeBootstrap(
        some ? [] : [{ address: '/ip4/192.0.2.99/tcp/7422/p2p/12D3KooW', reached: false }],
      ),
      peers: judgePeers(connected.length),
      paths: judgePaths(connected.map(({ path }) => path ?? 'direct')),
      versions: judgeVersions(some ? world.governance.refusedVersions : { newer: 0, older: 0 }),
      hearsay: judgeHearsay(some ? 3 : 0),
      clock: judgeClock(some ? [131_000, 128_000] : []),
      nat: judgeNat(['192.168.1.23'], some ? ['203.0.113.9'] : []),
      udp: judgeUdp(some ? 2 : 0, some ? ['203.0.113.9:40001', '203.0.113.9:40001'] : []),
      mapping: judgeMapping({ state: 'off' }),
      relays: judgeRelays({
        reachable: false,
        usesRelays: true,
        held: some ? 2 : 0,
        peers: connected.length,
      }),
      serving: judgeServing(false, 0, 0),
      outside,
      firewall: judgeFirewall('linux', outside.code === 'outside.closed', 7422),
    };
  };
  return {
    'node.doctor': async function* (_, { signal }) {
      for (const check of doctorChecks) yield { check, state: 'running', code: 'checking', facts: {} };
      for (const check of doctorChecks) {
        await sleep(clock, 60, signal);
        yield { check, ...findings()[check] };
      }
    },
  };
}
