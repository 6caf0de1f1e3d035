import type { Fleet, fleetContract, FleetNode, FleetPolicy } from '#shared/features/fleet/contract.ts';
import { joinLink, readJoinCode } from '#shared/features/fleet/join-code.ts';
import { mergeUsage } from '#shared/features/fleet/usage.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { BORIS, OWN_PROVIDER } from '../world.ts';
import { find, type Memory } from './memory.ts';
import { answerUsage } from './usage.ts';

const CODE = '4G7K-2MQX-9RTD-W5BF';

export function answerFleet(memory: Memory): Handlers<typeof fleetContract> {
  const { after, clock, live, world } = memory;
  const { fleet } = world;
  const view = (): Fleet => ({
    ...fleet,
    providerId: OWN_PROVIDER,
    displayName: world.displayName,
    passphraseProtected: false,
    nodes: fleet.nodes.map((node) =>
      node.self && !node.label ? { ...node, label: world.displayName } : node,
    ),
  });
  const policy = (): FleetPolicy => {
    const on = world.settings.values.get('fleet.sharePolicy') === true;
    const others = fleet.nodes.filter(({ connected, self }) => connected && !self);
    return {
      on,
      kinds: on
        ? [
            { kind: 'block', count: 3 },
            { kind: 'known', count: 2 },
            { kind: 'limit', count: 2 },
            { kind: 'decision', count: 14 },
            { kind: 'grant', count: world.grants.made.length },
          ]
        : [],
      nodes: on ? others.map(({ peerId }) => ({ peerId, at: clock.now() - 4000 })) : [],
      failed: 0,
      changes: on
        ? others.map(({ peerId }) => ({
            kind: 'block' as const,
            key: BORIS,
            at: clock.now() - 3_600_000,
            node: peerId,
            ended: false,
            replaced: false,
          }))
        : [],
    };
  };
  const nodeOf = (peerId: string): FleetNode =>
    find(fleet.nodes, (one) => one.peerId === peerId, 'This node');
  return {
    'fleet.list': view,
    'fleet.watch': (_, { signal }) => live.follow(view, signal),
    'fleet.add'({ expiresInMs = 900_000 }) {
      const createdAt = clock.now();
      const link = joinLink(CODE, ['/ip4/192.168.1.23/tcp/7422']);
      const code = {
        id: `code-${createdAt}`,
        code: CODE,
        link,
        createdAt,
        expiresAt: createdAt + expiresInMs,
      };
      fleet.codes.push(code);
      return after(code);
    },
    'fleet.cancelCode'({ id }) {
      fleet.codes = fleet.codes.filter((code) => code.id !== id);
      return after({});
    },
    'fleet.answer'({ accept, id, label }) {
      const guest = find(fleet.guests, (one) => one.id === id, 'This machine');
      fleet.guests = fleet.guests.filter((one) => one !== guest);
      fleet.codes = [];
      if (accept)
        fleet.nodes.push({
          peerId: guest.peerId,
          label: label ?? guest.label,
          self: false,
          connected: true,
          listed: true,
          addedAt: clock.now(),
        });
      return after(view());
    },
    'fleet.join'({ code }) {
      readJoinCode(code);
      fleet.joining = { state: 'waiting', peerId: BORIS, name: 'Boris', digits: '482 917' };
      return after(fleet.joining);
    },
    'fleet.awaitJoin': () => fleet.joining ?? { state: 'failed' },
    'fleet.cancelJoin'() {
      delete fleet.joining;
      return after({});
    },
    'fleet.rename'({ label, peerId }) {
      nodeOf(peerId).label = label;
      return after(view());
    },
    async 'fleet.usage'(query, context) {
      const own = await answerUsage(world, clock)['usage.query'](query, context);
      const [self, ...others] = fleet.nodes.filter(({ connected }) => connected);
      const told = [self, ...others].flatMap((one) =>
        one ? [{ peerId: one.peerId, label: one.label, total: own.total }] : [],
      );
      return {
        ...mergeUsage(told.map(() => own) as (typeof own)[], query.by, query.limit),
        nodes: told,
        silent: [],
      };
    },
    'fleet.policy': policy,
    'fleet.setPolicy'({ on }) {
      world.settings.values.set('fleet.sharePolicy', on);
      return after(policy());
    },
    'fleet.remove'({ peerId }) {
      const gone = nodeOf(peerId);
      fleet.nodes = fleet.nodes.filter((one) => one !== gone);
      return after(view());
    },
    'fleet.leave'() {
      fleet.formerProvider = null;
      fleet.rootHere = true;
      fleet.removed = false;
      return after({ providerId: OWN_PROVIDER });
    },
  };
}
