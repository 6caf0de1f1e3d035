import type { accessContract } from '#shared/features/access/contract.ts';
import type { grantsContract, MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { type limitsContract, scopeName } from '#shared/features/access/limits.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { loadConstraintCompiler } from '#main/features/relay/index.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { find, type Memory } from './memory.ts';

const DAY_MS = 24 * 3_600_000;

export function answerAccess(
  memory: Memory,
): Handlers<typeof accessContract & typeof limitsContract & typeof grantsContract> {
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
