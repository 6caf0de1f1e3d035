/**
 * The connection doctor. Every probe is real, has a deadline and stands alone: one that fails or hangs says so and keeps
 * no other from its result. What results mean is decided in `#shared/features/p2p/doctor.ts`.
 */
import { statfs } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { farthestReach, hostOf, portOf, withoutPeer } from '#shared/features/p2p/addresses.ts';
import {
  type DoctorCheck,
  type doctorContract,
  type DoctorResult,
  doctorChecks,
  type Finding,
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
} from '#shared/features/p2p/doctor.ts';
import type { TaskProgress, TaskRunner } from '#shared/features/node/tasks.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import { askStun, type Libp2pNetwork, MDNS_TAG } from '../features/p2p/index.ts';
import { askDialBack, canConnect } from './dial-back.ts';
import { ownAddresses } from './machine-watch.ts';
import { countMdnsAnswers } from './mdns-probe.ts';

export interface DoctorDeps {
  network: Libp2pNetwork;
  clock: Clock;
  random: Random;
  log: Log;
  /** The folder whose disk is looked at. */
  dataDir: string;
  /** Whether the keys can be read, and whether a passphrase protects them. */
  keys(): { passphraseProtected: boolean };
  mcpUrl(): string;
  settings: { mdns(): boolean; bootstrap(): string[] };
  tasks: TaskRunner;
  platform?: string;
}

/** A check that is not done by then has failed in its own way: silence. */
const CHECK_TIMEOUT_MS = 12_000;
/** Peers asked to connect back; more would only cost them. */
const MAX_ASKED = 3;

type Probe = (signal: AbortSignal) => Promise<Finding> | Finding;

export function createDoctor(deps: DoctorDeps): Handlers<typeof doctorContract> {
  return { 'node.doctor': (_input, { signal }) => examine(deps, signal) };
}

/** Begins all checks, then tells each result as it comes. */
async function* examine(deps: DoctorDeps, signal: AbortSignal): AsyncGenerator<DoctorResult> {
  const task = openTask(deps.tasks, signal);
  try {
    yield* results(deps, task.signal, task.report);
  } finally {
    task.close();
  }
}

/** Everybody sees in the tray of tasks that the doctor is at work, and can call him off there. */
function openTask(tasks: TaskRunner, signal: AbortSignal) {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let progress: TaskProgress | undefined;
  let close: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    close = resolve;
  });
  tasks
    .run({ kind: 'network.check', cancellable: true }, (task) => {
      progress = task;
      task.signal.addEventListener('abort', () => stop.abort(task.signal.reason), { once: true });
      return over;
    })
    .catch(() => stop.abort(new Error('the check was called off')));
  return {
    signal: both,
    close,
    report: (done: number) => progress?.report({ done, total: doctorChecks.length, unit: 'items' }),
  };
}

async function* results(
  deps: DoctorDeps,
  signal: AbortSignal,
  report: (done: number) => void,
): AsyncGenerator<DoctorResult> {
  const probes = createProbes(deps);
  for (const check of doctorChecks) yield { check, state: 'running', code: 'checking', facts: {} };
  const waiting = new Map(doctorChecks.map((check) => [check, run(check, probes[check], deps, signal)]));
  while (waiting.size > 0 && !signal.aborted) {
    const result = await Promise.race(waiting.values());
    waiting.delete(result.check);
    report(doctorChecks.length - waiting.size);
    yield result;
  }
}

async function run(
  check: DoctorCheck,
  probe: Probe,
  { clock, log }: DoctorDeps,
  signal: AbortSignal,
): Promise<DoctorResult> {
  const deadline = new AbortController();
  const limited = AbortSignal.any([signal, deadline.signal]);
  try {
    const late = sleep(clock, CHECK_TIMEOUT_MS, limited).then(() => SILENT[check]);
    late.catch(() => undefined);
    return { check, ...(await Promise.race([probe(limited), late])) };
  } catch (error) {
    if (!signal.aborted) log.warn({ check, error: String(error) }, 'a check of the connection doctor failed');
    return { check, ...SILENT[check] };
  } finally {
    deadline.abort(new Error('the check is over'));
  }
}

/** A network that does not run holds nothing and carries nothing. */
const STOPPED = {
  reachable: false,
  usesRelays: true,
  relays: [],
  serving: false,
  clients: 0,
  relayedBytes: 0,
};

/** What a check that fails or does not end in time says. */
const SILENT: Record<DoctorCheck, Finding> = {
  keys: { state: 'failed', code: 'keys.unreadable', facts: {} },
  disk: { state: 'skipped', code: 'disk.unknown', facts: {} },
  endpoint: { state: 'failed', code: 'endpoint.silent', facts: {} },
  listening: judgeListening(0, 'machine', ''),
  ports: { state: 'skipped', code: 'ports.none', facts: {} },
  lan: { state: 'warn', code: 'lan.silent', facts: {} },
  names: { state: 'skipped', code: 'names.notNeeded', facts: {} },
  bootstrap: {
    state: 'failed',
    code: 'bootstrap.silent',
    facts: { count: 0, silent: 0, address: '' },
    fix: 'redial',
  },
  peers: judgePeers(0),
  paths: judgePaths([]),
  versions: judgeVersions({ newer: 0, older: 0 }),
  hearsay: judgeHearsay(0),
  clock: judgeClock([]),
  nat: judgeNat([], []),
  udp: judgeUdp(0, []),
  relays: judgeRelays({ reachable: false, usesRelays: true, held: 0, peers: 0 }),
  serving: judgeServing(false, 0, 0),
  mapping: judgeMapping({ state: 'off' }),
  outside: judgeOutside({ inbound: 0, dialledBack: [], port: 0 }),
  firewall: judgeFirewall('', false, 0),
};

function createProbes(deps: DoctorDeps): Record<DoctorCheck, Probe> {
  const { clock, network, settings } = deps;
  const listening = () => network.addresses().map(withoutPeer);
  const port = () =>
    listening()
      .map(portOf)
      .find((one) => one !== undefined) ?? 0;
  /** Asked once, read by the checks that build on it. */
  let outside: Promise<Finding> | undefined;
  let ports: Promise<Finding> | undefined;
  const checkPorts = () => (ports ??= probePorts(listening(), clock));
  const checkOutside = (signal: AbortSignal) => (outside ??= probeOutside(network, port(), signal));
  return {
    keys: () =>
      deps.keys().passphraseProtected
        ? { state: 'ok', code: 'keys.ready', facts: {} }
        : { state: 'ok', code: 'keys.unprotected', facts: {} },
    disk: async () => {
      const { bavail, bsize } = await statfs(deps.dataDir);
      return judgeDisk(bavail * bsize);
    },
    endpoint: (signal) => probeEndpoint(deps.mcpUrl(), signal),
    listening: () => {
      const addresses = listening();
      return judgeListening(addresses.length, farthestReach(addresses), addresses[0] ?? '');
    },
    ports: checkPorts,
    lan: async (signal) => {
      const enabled = settings.mdns();
      const answers = enabled ? await countMdnsAnswers(MDNS_TAG, clock, signal) : 0;
      return judgeLan(enabled, answers, network.whereabouts().lanPeers.length);
    },
    names: () => probeNames(settings.bootstrap()),
    bootstrap: (signal) => probeBootstrap(network, settings.bootstrap(), signal),
    peers: () => judgePeers(network.peers().length),
    paths: () => judgePaths(network.peers().map(({ carrier }) => carrier.path)),
    versions: () => {
      const drops = network.drops();
      return judgeVersions({ newer: drops['p2p.too_new'] ?? 0, older: drops['p2p.too_old'] ?? 0 });
    },
    hearsay: () => {
      const refused = Object.values(network.whereabouts().refusedAddresses);
      return judgeHearsay(refused.reduce((sum, count) => sum + count, 0));
    },
    clock: () => judgeClock(network.whereabouts().clocksAhead),
    nat: () => {
      const observed = network.whereabouts().observed.map(({ address }) => hostOf(address) ?? '');
      return judgeNat(ownAddresses(), observed);
    },
    udp: async (signal) => {
      const { asked, seen } = await askStun(deps, network.nat()?.stunServers ?? [], signal);
      return judgeUdp(asked, seen);
    },
    mapping: () => judgeMapping(network.nat()?.mapping ?? { state: 'off' }),
    relays: () => {
      const { reachable, relays, usesRelays } = network.nat() ?? STOPPED;
      return judgeRelays({ reachable, usesRelays, held: relays.length, peers: network.peers().length });
    },
    serving: () => {
      const { clients, relayedBytes, serving } = network.nat() ?? STOPPED;
      return judgeServing(serving, clients, relayedBytes);
    },
    outside: checkOutside,
    firewall: async (signal) => {
      const found = await Promise.all([checkPorts(), checkOutside(signal)]);
      const suspicious = found.some(({ code }) => code === 'ports.closed' || code === 'outside.closed');
      return judgeFirewall(deps.platform ?? process.platform, suspicious, port());
    },
  };
}

/** Whether what we say we listen on takes connections, asked from this very machine. */
async function probePorts(addresses: string[], clock: Clock): Promise<Finding> {
  const targets = addresses.flatMap((address) => {
    const [host, port] = [hostOf(address), portOf(address)];
    return host !== undefined && port !== undefined && address.includes('/tcp/') ? [{ host, port }] : [];
  });
  const answers = await Promise.all(
    targets.map(async ({ host, port }) => ({ port, open: await canConnect(host, port, clock) })),
  );
  return judgePorts(answers);
}

async function probeEndpoint(url: string, signal: AbortSignal): Promise<Finding> {
  // Without a token the endpoint refuses, and that is an answer: it is there.
  const response = await fetch(url, { signal });
  await response.body?.cancel();
  return response.status < 500
    ? { state: 'ok', code: 'endpoint.ready', facts: { url } }
    : { state: 'failed', code: 'endpoint.silent', facts: { url } };
}

/** Names are only looked up where the operator wrote some; this product needs none. */
async function probeNames(bootstrap: string[]): Promise<Finding> {
  const names = bootstrap
    .filter((address) => address.startsWith('/dns'))
    .map((address) => hostOf(address) ?? '');
  const found = await Promise.all(
    names.map(async (name) => ({ name, ok: await lookup(name).then(Boolean, () => false) })),
  );
  return judgeNames(
    names,
    found.flatMap(({ name, ok }) => (ok ? [] : [name])),
  );
}

async function probeBootstrap(
  network: Libp2pNetwork,
  bootstrap: string[],
  signal: AbortSignal,
): Promise<Finding> {
  const own = `/p2p/${network.peerId}`;
  const answers = await Promise.all(
    bootstrap
      .filter((address) => !address.endsWith(own))
      .map(async (address) => ({
        address,
        reached: await network.dial(address, signal).then(
          () => true,
          () => false,
        ),
      })),
  );
  return judgeBootstrap(answers);
}

/** Asks a few peers to connect back, those beyond the local network first. */
async function probeOutside(network: Libp2pNetwork, port: number, signal: AbortSignal): Promise<Finding> {
  const { inbound } = network.whereabouts();
  const near = (path: string) => (path === 'direct' ? 0 : 1);
  const asked = network
    .peers()
    .filter(({ carrier }) => carrier.path !== 'relayed')
    .sort((a, b) => near(a.carrier.path) - near(b.carrier.path))
    .slice(0, port === 0 ? 0 : MAX_ASKED);
  const answers = await Promise.all(
    asked.map((peer) => askDialBack(network, peer, port, signal).catch(() => undefined)),
  );
  return judgeOutside({
    inbound: inbound.internet,
    dialledBack: answers.filter((answer) => answer !== undefined),
    port,
  });
}
