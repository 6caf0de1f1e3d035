import type { accessContract } from '#shared/features/access/contract.ts';
import type { grantsContract, MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { type limitsContract, scopeName } from '#shared/features/access/limits.ts';
import type { resharingContract, ReshareView } from '#shared/features/relay/resharing.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { loadConstraintCompiler } from '#main/features/relay/index.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { find, type Memory } from './memory.ts';

const DAY_MS = 24 * 3_600_000;

export function answerAccess(
  memory: Memory,
): Handlers<
  typeof accessContract & typeof limitsContract & typeof grantsContract & typeof resharingContract
> {
  const { world, clock, after, live, serverOf } = memory;
  const compiler = loadConstraintCompiler();
  function grantFor(
    terms: Pick<MadeGrantView, 'to' | 'server' | 'tools' | 'args' | 'calls' | 'note'>,
    days: number,
  ): MadeGrantView {
    const issuedAt = clock.now();
    const made: MadeGrantView = {
      ...terms,
      id: `${world.grants.made.length}`.padStart(64, '0'),
      issuedAt,
      expiresAt: issuedAt + days * DAY_MS,
      used: 0,
      state: 'active',
    };
    world.grants.made.unshift(made);
    return made;
  }

  return {
    'access.shares': () => ({ items: world.shares }),
    'servers.share': ({
      name,
      audience,
      category,
      confirmed,
      delegation,
      listedFor,
      networks,
      overrides,
      seal,
      tools,
    }) => {
      serverOf(name);
      if (audience.kind === 'everyone' && !confirmed) {
        throw new AppError(
          'access.confirm_everyone',
          'This server can change things or read files, and everyone includes strangers.',
          {
            advice: 'Share it with certain providers instead, or confirm.',
          },
        );
      }
      const share = {
        server: name,
        audience,
        ...(listedFor ? { listedFor } : {}),
        ...(delegation ? { delegation } : {}),
        ...(seal && seal !== 'off' ? { seal } : {}),
        sharedAt: clock.now(),
        ...(tools ? { tools } : {}),
        ...(overrides ? { overrides } : {}),
        ...(category ? { category } : {}),
        ...(networks ? { networks } : {}),
      };
      world.shares = [...world.shares.filter((item) => item.server !== name), share];
      return after(share);
    },
    'reshares.list': () => ({ items: world.reshares }),
    'reshares.add': ({ audience, delegation, name, provider, server, tools }) => {
      const offered = world.tools.flatMap(({ view }) =>
        view.providerId === provider && view.server === server && view.state === 'approved' ? [view] : [],
      );
      const [first] = offered;
      if (!first?.depth)
        throw new AppError(
          'access.not_delegable',
          'Its provider does not let this server be shared on by this node.',
          { advice: 'Ask him to let it, or for a grant with a depth.' },
        );
      const called = name ?? server;
      const share = {
        server: called,
        audience,
        ...(tools ? { tools } : {}),
        ...(delegation ? { delegation } : {}),
        sharedAt: clock.now(),
      };
      const added: ReshareView = {
        name: called,
        provider,
        ...(first.providerName ? { providerName: first.providerName } : {}),
        server,
        tools: tools ?? offered.map((view) => view.name),
        state: 'shared',
        via: [{ provider, ...(first.providerName ? { name: first.providerName } : {}) }],
        depth: first.depth - 1,
        until: clock.now() + 30 * DAY_MS,
        share,
      };
      world.reshares = [...world.reshares.filter((one) => one.name !== called), added];
      return after(added);
    },
    'reshares.remove': ({ name }) => {
      find(world.reshares, (one) => one.name === name, 'The server that is shared on');
      world.reshares = world.reshares.filter((one) => one.name !== name);
      return after({});
    },
    'access.limits': () => ({ items: world.limits }),
    'access.setLimit'(limit) {
      const name = scopeName(limit.scope);
      const { scope: _scope, ...numbers } = limit;
      world.limits = world.limits.filter(({ scope }) => scopeName(scope) !== name);
      if (Object.values(numbers).some((number) => number !== undefined)) world.limits.push(limit);
      return after({ items: world.limits });
    },
    'access.grants': () => ({ made: world.grants.made, held: world.grants.held }),
    'access.grant': ({ days, ...terms }) => after(grantFor(terms, days)),
    'access.revoke'({ id }) {
      const made = find(world.grants.made, (grant) => grant.id === id, 'This grant');
      made.state = 'revoked';
      made.revokedAt = clock.now();
      return after({});
    },
    'access.requests': () => ({ items: world.grants.requests }),
    'access.watch': (_input, { signal }) => live.follow(() => ({ revision: memory.revision() }), signal),
    'access.checkConstraint': async ({ arguments: args, schema }) => {
      try {
        const fits = (await compiler)(schema);
        return args ? { fits: fits(args as JsonObject) === undefined } : {};
      } catch (error) {
        return { problem: (error as Error).message };
      }
    },
    'access.ask'({ provider, server, tools, words }) {
      const request = {
        id: world.grants.requests.length + 1,
        side: 'elsewhere' as const,
        provider,
        server,
        tools,
        words,
        state: 'open' as const,
        at: clock.now(),
      };
      world.grants.requests.unshift(request);
      return after(request);
    },
    'access.accept'({ id, days, tools, ...terms }) {
      const request = find(world.grants.requests, (one) => one.id === id, 'This request');
      request.state = 'granted';
      const asked = tools ?? (request.tools.length > 0 ? request.tools : undefined);
      const { provider: to, server } = request;
      return after(grantFor({ ...terms, to, server, ...(asked ? { tools: asked } : {}) }, days));
    },
    'access.decline'({ id }) {
      find(world.grants.requests, (one) => one.id === id, 'This request').state = 'declined';
      return after({});
    },
    'servers.unshare': ({ name }) => {
      world.shares = world.shares.filter((item) => item.server !== name);
      return after({});
    },
  };
}
