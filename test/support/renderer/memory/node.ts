import { type AttentionItem, type attentionContract, byUrgency } from '#shared/features/node/attention.ts';
import type { nodeContract } from '#shared/features/node/contract.ts';
import type { operatorsContract } from '#shared/features/node/operators.ts';
import { advanceSetup, type setupContract } from '#shared/features/node/setup.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { dueDecisions } from '#main/node/attention-sources.ts';
import { statusOf } from '../views.ts';
import type { World } from '../world.ts';
import type { Memory } from './memory.ts';

type NodeAnswers = Handlers<
  typeof nodeContract & typeof operatorsContract & typeof attentionContract & typeof setupContract
>;

export function answerNode(memory: Memory): NodeAnswers {
  const { world, clock, live, after } = memory;
  return {
    'node.status': () => statusOf(world),
    'node.watch': (_, { signal }) => live.follow(() => statusOf(world), signal),
    'node.stop': () => ({}),
    'node.openLink': () => ({ url: 'http://127.0.0.1:7421/#t=example' }),
    'node.attention': (_, { signal }) => live.follow(() => ({ items: attentionOf(world) }), signal),
    'setup.get': () => world.setup,
    'setup.advance': ({ step, completed }) => {
      world.setup = advanceSetup(world.setup, step, completed);
      return after(world.setup);
    },
    'setup.finish': () => {
      world.setup = { ...world.setup, finished: true };
      return after(world.setup);
    },
    'setup.restart': () => {
      world.setup = { finished: false, step: 'look', completed: [] };
      return after(world.setup);
    },
    'api.tokens.list': () => ({ items: [] }),
    'api.tokens.create': ({ name, role, scope }) => ({
      id: 'token',
      name,
      scope,
      role,
      createdAt: clock.now(),
      token: 'example',
    }),
    'api.tokens.revoke': () => ({}),
    'operators.me': () => ({ role: 'owner' }),
    'operators.list': () => ({ items: [] }),
    'operators.revoke': () => ({}),
  };
}

/** As the node gathers it from its slices. */
function attentionOf(world: World): AttentionItem[] {
  const since = world.startedAt;
  const { changed, pending } = statusOf(world).tools;
  const items: AttentionItem[] = [...world.attention];
  for (const { foundAt, providerId, providerName, seen } of world.equivocations)
    if (!seen)
      items.push({
        id: `provider.equivocated:${providerId}`,
        kind: 'provider.equivocated',
        level: 'decide',
        subject: providerName ?? providerId,
        since: foundAt,
      });
  items.push(...requestsIn(world));
  const automatic = world.settings.values.get('governance.automatic') === true;
  const { proposals } = world.governance;
  for (const matter of dueDecisions({ automatic, proposals }))
    items.push({ ...matter, since: matter.since ?? since });
  for (const { name, problem, state } of world.servers)
    if (state === 'failed')
      items.push({
        id: `server.failed:${name}`,
        kind: 'server.failed',
        level: 'mend',
        subject: name,
        since,
        ...(problem ? { code: problem.code } : {}),
      });
  if (changed > 0)
    items.push({ id: 'tools.changed', kind: 'tools.changed', level: 'decide', count: changed, since });
  if (pending > 0)
    items.push({ id: 'tools.pending', kind: 'tools.pending', level: 'decide', count: pending, since });
  if (!world.phraseConfirmed)
    items.push({ id: 'identity.phrase', kind: 'identity.phrase', level: 'hint', since });
  return byUrgency(items);
}

/** As the node sums them up: known providers one by one, all others together. */
function requestsIn(world: World): AttentionItem[] {
  const isKnown = (id: string) => world.peers.some(({ known, providerId }) => known && providerId === id);
  const open = world.grants.requests.filter(({ side, state }) => side === 'here' && state === 'open');
  const groups = Map.groupBy(open, ({ provider }) => (isKnown(provider) ? provider : undefined));
  return [...groups].map(([provider, requests]) => {
    const facts = {
      level: 'decide' as const,
      count: requests.length,
      since: Math.min(...requests.map(({ at }) => at)),
    };
    if (provider === undefined) return { id: 'access.strangers', kind: 'access.strangers', ...facts };
    const subject = requests[0]?.providerName ?? provider;
    return { id: `access.request:${provider}`, kind: 'access.request', subject, ...facts };
  });
}
