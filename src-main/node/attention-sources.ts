/** The parts of a node in which something can wait for its operator. */
import { ALARM_AFTER_MS, alarmed } from '#shared/features/registry/critical.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { judgeClock } from '#shared/features/p2p/doctor.ts';
import type { GovernanceView, ProposalView } from '#shared/features/governance/contract.ts';
import type { Grants } from '../features/access/index.ts';
import type { FleetSlice } from '../features/fleet/index.ts';
import type { Governance } from '../features/governance/index.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Libp2pNetwork } from '../features/p2p/index.ts';
import type { Registry } from '../features/registry/index.ts';
import type { Servers } from '../features/servers/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { Attention, AttentionSource, Matter } from './attention.ts';

export interface AttentionSlices {
  fleet: Pick<FleetSlice, 'list' | 'on'>;
  identity: Identity;
  registry: Registry;
  servers: Servers;
  governance: Governance;
  grants: Grants;
  trust: Trust;
  network: Pick<Libp2pNetwork, 'on' | 'whereabouts'>;
}

export function addAttentionSources(attention: Attention, slices: AttentionSlices, clock: Clock): void {
  attention.add(toolsSource(slices.registry));
  attention.add(criticalSource(slices.registry, clock));
  attention.add(serversSource(slices.servers));
  attention.add(governanceSource(slices.governance));
  attention.add(requestsSource(slices));
  attention.add(phraseSource(slices.identity));
  attention.add(fleetSource(slices.fleet));
  attention.add(clockSource(slices.identity, clock, slices.network));
}

/** Tools that wait for a first decision, or for another since they changed. */
export const toolsSource = (registry: Pick<Registry, 'counts' | 'on'>): AttentionSource => ({
  read() {
    const { changed, pending } = registry.counts();
    const matters: Matter[] = [];
    if (changed > 0)
      matters.push({ id: 'tools.changed', kind: 'tools.changed', level: 'decide', count: changed });
    if (pending > 0)
      matters.push({ id: 'tools.pending', kind: 'tools.pending', level: 'decide', count: pending });
    return matters;
  },
  subscribe: (changed) => registry.on('changed', changed),
});

/** Tools that must have live instances and have had too few for a while. */
export function criticalSource(
  registry: Pick<Registry, 'critical' | 'on'>,
  clock: Pick<Clock, 'monotonic' | 'after'>,
): AttentionSource {
  let since: ReadonlyMap<string, number> = new Map();
  return {
    read() {
      const { alarms, lacking } = alarmed(registry.critical(), since, clock.monotonic());
      since = lacking;
      return alarms.map(({ id, live, min, name }) => ({
        id: `tools.lacking:${id}`,
        kind: 'tools.lacking',
        level: 'mend',
        subject: name,
        count: min - live,
        ref: id,
      }));
    },
    subscribe(changed) {
      let later: Timer | undefined;
      const stop = registry.on('changed', () => {
        changed();
        // What lacks instances now is looked at again when it has for long enough.
        later?.cancel();
        later = clock.after(ALARM_AFTER_MS, changed);
      });
      return () => {
        later?.cancel();
        stop();
      };
    },
  };
}

/** Why a remote server does not run: somebody has to sign in. */
const LOGIN_CODES: ReadonlySet<string> = new Set(['servers.login_needed', 'servers.login_expired']);

/** Servers that gave up, and those that want a person to sign in. */
export const serversSource = (servers: Pick<Servers, 'list' | 'on'>): AttentionSource => ({
  read: () =>
    servers.list().flatMap(({ name, state, problem }): Matter[] => {
      const code = problem?.code;
      const wantsLogin = code !== undefined && LOGIN_CODES.has(code);
      if (state !== 'failed' && !wantsLogin) return [];
      const about = { subject: name, ...(code === undefined ? {} : { code }) };
      return [
        wantsLogin
          ? { id: `server.login:${name}`, kind: 'server.login', level: 'decide', ...about }
          : { id: `server.failed:${name}`, kind: 'server.failed', level: 'mend', ...about },
      ];
    }),
  subscribe(changed) {
    const stops = [servers.on('changed', changed), servers.on('removed', changed)];
    return () => stops.forEach((stop) => stop());
  },
});

/** Requests for access: those of each known provider, and of all others together, who could be made up without end. */
export const requestsSource = (slices: {
  grants: Pick<Grants, 'on' | 'requests'>;
  trust: Pick<Trust, 'isBlocked' | 'isKnown' | 'on'>;
  registry: Pick<Registry, 'providerName'>;
}): AttentionSource => {
  const { grants, registry, trust } = slices;
  const open = () =>
    grants.requests('here').filter(({ provider, state }) => state === 'open' && !trust.isBlocked(provider));
  return {
    read() {
      const groups = Map.groupBy(open(), ({ provider }) => (trust.isKnown(provider) ? provider : undefined));
      return [...groups].map(([provider, requests]): Matter => {
        const facts = {
          level: 'decide' as const,
          count: requests.length,
          since: Math.min(...requests.map(({ at }) => at)),
        };
        return provider === undefined
          ? { id: 'access.strangers', kind: 'access.strangers', ...facts }
          : {
              id: `access.request:${provider}`,
              kind: 'access.request',
              subject: registry.providerName(provider) || provider,
              ...facts,
            };
      });
    },
    subscribe(changed) {
      const stops = [
        ...(['requested', 'settled'] as const).map((event) => grants.on(event, changed)),
        ...(['knownChanged', 'blocked', 'unblocked'] as const).map((event) => trust.on(event, changed)),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };
};

export const phraseSource = (identity: Pick<Identity, 'view' | 'on'>): AttentionSource => ({
  read() {
    const { recoveryPhraseConfirmed, rootHere } = identity.view();
    // A node that joined the provider of another machine has no phrase of its own to write down.
    return recoveryPhraseConfirmed || !rootHere
      ? []
      : [{ id: 'identity.phrase', kind: 'identity.phrase', level: 'hint' }];
  },
  subscribe(changed) {
    const stops = [identity.on('changed', changed), identity.on('providerRotated', changed)];
    return () => stops.forEach((stop) => stop());
  },
});

/** Machines that want to join, and that this one was taken out. */
export const fleetSource = (fleet: Pick<FleetSlice, 'list' | 'on'>): AttentionSource => ({
  read() {
    const { guests, removed } = fleet.list();
    const waiting = guests.map(
      ({ id, label, peerId }): Matter => ({
        id: `fleet.guest:${id}`,
        kind: 'fleet.guest',
        level: 'decide',
        subject: label || peerId,
      }),
    );
    return removed ? [...waiting, { id: 'fleet.removed', kind: 'fleet.removed', level: 'mend' }] : waiting;
  },
  subscribe: (changed) => fleet.on('changed', changed),
});

export const governanceSource = (governance: Pick<Governance, 'on' | 'view'>): AttentionSource => ({
  read: () => dueDecisions(governance.view()),
  subscribe: (changed) => governance.on('changed', changed),
});

/** Changes of the protocol that want a word of the operator, until he said it: a vote, or what this node does. */
export const dueDecisions = ({
  automatic,
  proposals,
}: Pick<GovernanceView, 'automatic' | 'proposals'>): Matter[] =>
  proposals.flatMap((proposal) => dueDecision(proposal, automatic) ?? []);

/** Strangers can propose whatever they like: only what the established propose or support comes up. */
function dueDecision(proposal: ProposalView, automatic: boolean): Matter | undefined {
  const { activatesAt, feature, id, opened, override, runs, state, vote } = proposal;
  const matter = (kind: Matter['kind'] & `governance.${string}`, more: Partial<Matter> = {}): Matter => ({
    id: `${kind}:${id}`,
    kind,
    level: 'decide',
    subject: feature,
    ref: id,
    ...more,
  });
  if (override) return undefined;
  if (state === 'waiting' && runs) return matter('governance.waiting', { since: activatesAt });
  if (state === 'locked' && automatic && runs) return matter('governance.activation', { due: activatesAt });
  const matters = proposal.proposer.established || proposal.cast.yes > 0;
  const isOpen = state === 'open' || state === 'locked';
  return isOpen && !vote && matters ? matter('governance.vote', { since: opened }) : undefined;
}

/** One stranger's clock proves nothing about ours; two that agree do. */
const DOUBTERS_NEEDED = 2;
/** Peers that are remembered as doubting; the oldest gives way. */
const MAX_DOUBTERS = 16;
/** A doubt that is not repeated is forgotten after this long. */
const DOUBT_MS = 3_600_000;

/** The clock is behind for certain where it is before this node was made, and probably where peers come from its future. */
export function clockSource(
  identity: Pick<Identity, 'view' | 'on'>,
  clock: Clock,
  network?: Pick<Libp2pNetwork, 'on' | 'whereabouts'>,
): AttentionSource {
  /** Peer id → when it came from the future, by the clock that cannot be set. */
  const doubters = new Map<string, number>();
  const isRecent = (at: number) => clock.monotonic() - at < DOUBT_MS;
  /** What the clocks of connected peers say, as the connection doctor judges it. */
  const peersDisagree = () => {
    const ahead = network?.whereabouts().clocksAhead ?? [];
    return ahead.length >= DOUBTERS_NEEDED && judgeClock(ahead).code === 'clock.wrong';
  };
  const isWrong = () =>
    clock.now() < identity.view().createdAt ||
    peersDisagree() ||
    [...doubters.values()].filter(isRecent).length >= DOUBTERS_NEEDED;
  return {
    read: () =>
      isWrong() ? [{ id: 'node.clock', kind: 'node.clock', level: 'mend', code: 'identity.clock_skew' }] : [],
    subscribe(changed) {
      const look = clock.every(DOUBT_MS / 6, changed);
      const stop = identity.on('clockDoubted', ({ peerId }) => {
        doubters.delete(peerId);
        doubters.set(peerId, clock.monotonic());
        for (const oldest of doubters.keys()) if (doubters.size > MAX_DOUBTERS) doubters.delete(oldest);
        changed();
      });
      const stopPeers = network?.on('peerConnected', changed);
      return () => {
        look.cancel();
        stopPeers?.();
        stop();
      };
    },
  };
}

/** Below this a database that is being written to is in danger. */
export const LOW_BYTES = 256 * 1024 * 1024;
/** How often the disk is looked at. */
const LOOK_MS = 60_000;

export interface StorageSource extends AttentionSource {
  /** Notes what a call ended with: a fault of the disk stands until the disk is found well again. */
  note(error: unknown): void;
}

/** @param freeBytes what is left on the disk of the data folder; undefined where nobody can tell. */
export function createStorageSource(deps: {
  clock: Clock;
  freeBytes: () => Promise<number | undefined>;
}): StorageSource {
  let low = false;
  let fault: { code: string; at: number } | undefined;
  let tell: () => void = () => undefined;

  async function look(): Promise<void> {
    const free = await deps.freeBytes();
    low = free !== undefined && free < LOW_BYTES;
    if (fault && deps.clock.monotonic() - fault.at >= LOOK_MS) fault = undefined;
    tell();
  }

  return {
    read() {
      const code = fault?.code ?? (low ? 'storage.low' : undefined);
      return code === undefined ? [] : [{ id: 'node.storage', kind: 'node.storage', level: 'mend', code }];
    },
    subscribe(changed) {
      tell = changed;
      const timer = deps.clock.every(LOOK_MS, () => void look());
      void look();
      return () => timer.cancel();
    },
    note(error) {
      if (!(error instanceof AppError) || !error.code.startsWith('storage.')) return;
      fault = { code: error.code, at: deps.clock.monotonic() };
      tell();
    },
  };
}
