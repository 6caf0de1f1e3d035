/** Grants as the operator commands them: access keeps and tells them, servers and registry know what there is and who is who. */
import { covers } from '#shared/features/access/grant.ts';
import type {
  AccessRequestView,
  grantsContract,
  HeldGrantView,
  MadeGrantView,
} from '#shared/features/access/grants-contract.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Access, Grants } from '../features/access/index.ts';
import { loadConstraintCompiler } from '../features/relay/index.ts';
import type { Servers } from '../features/servers/index.ts';

type Made = ReturnType<Grants['made']>[number];
type Held = ReturnType<Grants['held']>[number];
type Request = ReturnType<Grants['requests']>[number];
type CompileConstraint = Awaited<ReturnType<typeof loadConstraintCompiler>>;
type NameOf = (provider: ProviderId) => string | undefined;

export interface GrantingDeps {
  access: Access;
  grants: Grants;
  servers: Servers;
  clock: Clock;
  nameOf: NameOf;
}

export function createGrantHandlers(deps: GrantingDeps): Handlers<typeof grantsContract> {
  const { clock, grants, nameOf } = deps;

  function make(wanted: Parameters<Grants['make']>[0], compile: CompileConstraint): MadeGrantView {
    checkTerms(wanted, deps.servers, compile);
    shareWithHolders(wanted.server, deps);
    return madeView(grants.make(wanted), nameOf, clock.now());
  }

  return {
    'access.grants': () => ({
      made: grants
        .made()
        .map((made) => madeView(made, nameOf, clock.now()))
        .reverse(),
      held: grants.held().map((held) => heldView(held, nameOf, clock.now())),
    }),
    'access.grant': async (wanted) => make(wanted, await loadConstraintCompiler()),
    'access.checkConstraint': async ({ arguments: args, schema }) =>
      judged(await loadConstraintCompiler(), schema, args as JsonObject | undefined),
    'access.watch': (_input, { signal }) => watchAccess(deps, signal),
    'access.revoke'({ id }) {
      grants.revoke(id);
      return {};
    },
    'access.requests': () => ({
      items: [...grants.requests('here'), ...grants.requests('elsewhere')]
        .sort((a, b) => b.at - a.at)
        .map((request) => requestView(request, nameOf)),
    }),
    'access.ask': async (wanted) => requestView(await grants.ask(wanted), nameOf),
    async 'access.accept'({ id, tools, ...terms }) {
      // First of all: the request must not change hands between looking at it and settling it.
      const compile = await loadConstraintCompiler();
      const request = grants.requests('here').find((one) => one.id === id);
      if (!request)
        throw new AppError('access.unknown_request', 'There is no such request.', {
          advice: 'Look at the list again; it may have changed.',
        });
      const asked = request.tools.length > 0 ? request.tools : undefined;
      const wanted = { ...terms, to: request.provider, server: request.server, tools: tools ?? asked };
      const made = make(wanted, compile);
      grants.settle(id, 'granted');
      return made;
    },
    'access.decline'({ id }) {
      grants.settle(id, 'declined');
      return {};
    },
  };
}

/** A watcher is told at most this often. */
const WATCH_INTERVAL_MS = 1_000;

async function* watchAccess(
  { access, clock, grants }: GrantingDeps,
  signal: AbortSignal,
): AsyncIterable<{ revision: number }> {
  let revision = 0;
  const subscribe = (changed: () => void) => {
    const stops = [
      access.on('shareChanged', changed),
      access.on('limitsChanged', changed),
      ...(['madeChanged', 'heldChanged', 'requested', 'settled', 'used'] as const).map((event) =>
        grants.on(event, changed),
      ),
    ];
    return () => stops.forEach((stop) => stop());
  };
  for await (const now of watch(signal, () => ({ revision: revision++ }), subscribe)) {
    yield now;
    await sleep(clock, WATCH_INTERVAL_MS, signal).catch(() => undefined);
  }
}

function judged(
  compile: CompileConstraint,
  schema: string,
  args: JsonObject | undefined,
): { problem?: string; fits?: boolean } {
  try {
    const check = compile(schema);
    return args ? { fits: check(args) === undefined } : {};
  } catch (error) {
    if (error instanceof AppError && error.code === 'relay.bad_schema') return { problem: error.message };
    throw error;
  }
}

/** Throws `access.no_such_tool`, or `relay.bad_schema` for a constraint that could not be checked. */
function checkTerms(
  { args = {}, server, tools = [] }: Parameters<Grants['make']>[0],
  servers: Servers,
  compile: CompileConstraint,
): void {
  servers.get(server);
  const offered = new Set(servers.offers(server)?.tools.map(({ name }) => name));
  const unknown = [...tools, ...Object.keys(args)].find((tool) => !offered.has(tool));
  if (unknown !== undefined)
    throw new AppError('access.no_such_tool', `The server has no tool “${unknown}”.`, {
      advice: 'See its tools with `toolswarm tools list --local`.',
    });
  for (const schema of Object.values(args)) compile(schema);
}

/** A grant for what nobody sees would be worth nothing. */
function shareWithHolders(server: string, { access, servers }: GrantingDeps): void {
  if (access.shareOf(server)) return;
  const offered = servers.offers(server)?.tools ?? [];
  access.share({ server, audience: { kind: 'grants' }, confirmed: false, offered });
}

function madeView(made: Made, nameOf: NameOf, now: number): MadeGrantView {
  const { grant, id, lastUsedAt, note, revokedAt, used, usedElsewhere } = made;
  const { to } = grant;
  const name = nameOf(to);
  return {
    ...termsOf(grant),
    id,
    to,
    note,
    used: used + usedElsewhere,
    issuedAt: grant.iat,
    expiresAt: grant.exp,
    state: stateOf(made, now),
    ...(name === undefined ? {} : { toName: name }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function stateOf(made: Made, now: number): MadeGrantView['state'] {
  const { link: _link, ...grant } = made.grant;
  // One that opens nothing lasts all the same.
  const covered = covers({ ...made, grant }, { provider: grant.to, server: grant.server }, now);
  if (covered.ok) return 'active';
  if (covered.reason === 'access.grant_revoked') return 'revoked';
  return covered.reason === 'access.grant_spent' ? 'spent' : 'expired';
}

function heldView({ grant, id, provider }: Held, nameOf: NameOf, now: number): HeldGrantView {
  const name = nameOf(provider);
  return {
    ...termsOf(grant),
    id,
    provider,
    issuedAt: grant.iat,
    expiresAt: grant.exp,
    state: now < grant.exp ? 'active' : 'expired',
    ...(name === undefined ? {} : { providerName: name }),
  };
}

const termsOf = ({ args, calls, depth, link, server, tools }: Made['grant']) => ({
  server,
  ...(tools ? { tools } : {}),
  ...(args ? { args } : {}),
  ...(calls === undefined ? {} : { calls }),
  ...(depth === undefined ? {} : { depth }),
  ...(link ? { link } : {}),
});

function requestView({ peer: _peer, ...request }: Request, nameOf: NameOf): AccessRequestView {
  const name = nameOf(request.provider);
  return name === undefined ? request : { ...request, providerName: name };
}
