/** Who may call what, as rows: read off the shares and grants by the rules that calls are judged by. Pure. */
import type { Share, ToolAudience } from '#shared/features/access/contract.ts';
import type { MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { type Callers, callersOf, isToolShared } from '#shared/features/access/rules.ts';
import type { LastUse } from '#shared/features/relay/contract.ts';

export type Who =
  | { kind: 'everyone' | 'known' }
  /** `whileKnown`: his tools are narrowed to those whom the operator knows. */
  | { kind: 'provider'; id: string; whileKnown: boolean; name?: string | undefined }
  /** A server is for holders of grants, and there are none. */
  | { kind: 'nobodyYet' };

export interface PermissionRow {
  id: string;
  server: string;
  who: Who;
  /** Of the tools that the server has now, by name. */
  tools: readonly string[];
  /** How many it has in all. */
  of: number;
  /** What lets them in; absent: the share. */
  grant?: MadeGrantView;
  /** The grant opens nothing, since the server is shared with nobody. */
  idle: boolean;
  lastUse?: Pick<LastUse, 'at' | 'providerId' | 'providerName'>;
}

export interface PermissionFacts {
  shares: readonly Share[];
  grants: readonly MadeGrantView[];
  /** By server, the tools that it offers now. */
  offered: ReadonlyMap<string, readonly string[]>;
  uses: readonly LastUse[];
  isKnown(providerId: string): boolean;
}

/** A row for each party and server; with `byTool`, for each party and tool. In the order of servers. */
export function permissionRows(facts: PermissionFacts, byTool: boolean): PermissionRow[] {
  const uses = Map.groupBy(facts.uses, ({ server }) => server);
  const grants = Map.groupBy(
    facts.grants.filter(({ state }) => state === 'active'),
    ({ server }) => server,
  );
  const shares = new Map(facts.shares.map((share) => [share.server, share]));
  const servers = [...new Set([...shares.keys(), ...grants.keys()])].sort((a, b) => a.localeCompare(b));
  return servers.flatMap((server) => {
    const share = shares.get(server);
    const rows = [
      ...shareRows(share, grants.get(server) ?? [], toolsOf(server, share, facts)),
      ...grantRows(share, grants.get(server) ?? [], toolsOf(server, share, facts)),
    ];
    const used = uses.get(server) ?? [];
    return (byTool ? rows.flatMap(toolByTool) : rows).map((row) => withLastUse(row, used, facts));
  });
}

/** Tools of a server that did not start yet are known by what was said of them. */
const toolsOf = (server: string, share: Share | undefined, { offered }: PermissionFacts): readonly string[] =>
  offered.get(server) ?? [...new Set([...(share?.tools ?? []), ...Object.keys(share?.overrides ?? {})])];

function shareRows(
  share: Share | undefined,
  grants: readonly MadeGrantView[],
  tools: readonly string[],
): PermissionRow[] {
  if (!share) return [];
  const { server } = share;
  const found = new Map<string, { who: Who; tools: string[] }>();
  const note = (callers: Callers, named: readonly string[]) => {
    for (const who of partiesOf(callers)) {
      const key = keyOf(who);
      const known = found.get(key) ?? { who, tools: [] };
      found.set(key, { who, tools: [...known.tools, ...named] });
    }
  };
  for (const tool of tools) note(callersOf(share, tool), [tool]);
  if (tools.length === 0) note(callersOf(share), []);
  const onlyGrants = share.audience.kind === 'grants' && grants.length === 0;
  if (onlyGrants) found.set('nobodyYet', { who: { kind: 'nobodyYet' }, tools: [...tools] });
  return [...found].map(([key, { who, tools: own }]) => ({
    id: `${server} ${key}`,
    server,
    who,
    tools: own,
    of: tools.length,
    idle: false,
  }));
}

/** Whom a statement of the rules is about; holders of grants have rows of their own. */
function partiesOf(callers: Callers): Who[] {
  switch (callers.kind) {
    case 'everyone':
    case 'known':
      return [{ kind: callers.kind }];
    case 'providers':
    case 'known_of':
      return callers.providers.map((id) => ({
        kind: 'provider',
        id,
        whileKnown: callers.kind === 'known_of',
      }));
    case 'nobody':
    case 'grants':
      return [];
  }
}

const keyOf = (who: Who): string =>
  who.kind === 'provider' ? `${who.whileKnown ? 'known ' : ''}${who.id}` : who.kind;

const grantRows = (
  share: Share | undefined,
  grants: readonly MadeGrantView[],
  tools: readonly string[],
): PermissionRow[] =>
  grants.map((grant) => {
    const named = grant.tools ?? tools;
    const open = share ? named.filter((tool) => isToolShared(share, tool)) : named;
    return {
      id: `${grant.server} grant ${grant.id}`,
      server: grant.server,
      who: { kind: 'provider', id: grant.to, whileKnown: false, name: grant.toName },
      tools: open,
      of: tools.length,
      grant,
      idle: !share,
    };
  });

const toolByTool = (row: PermissionRow): PermissionRow[] =>
  row.tools.length === 0
    ? [row]
    : row.tools.map((tool) => ({ ...row, id: `${row.id} ${tool}`, tools: [tool] }));

function withLastUse(
  row: PermissionRow,
  uses: readonly LastUse[],
  { isKnown }: PermissionFacts,
): PermissionRow {
  const { grant, tools, who } = row;
  if (grant && row.tools.length !== 1)
    return grant.lastUsedAt === undefined
      ? row
      : { ...row, lastUse: { at: grant.lastUsedAt, providerId: grant.to } };
  const fits = ({ providerId }: LastUse) =>
    who.kind === 'provider'
      ? who.id === providerId
      : who.kind === 'everyone' || (who.kind === 'known' && isKnown(providerId));
  const lastUse = uses
    .filter((use) => fits(use) && (tools.length === 0 || tools.includes(use.tool ?? '')))
    .toSorted((a, b) => b.at - a.at)[0];
  return lastUse ? { ...row, lastUse } : row;
}

/** Rows whose server, tools or party have every word of a text. */
export function filterRows(
  rows: readonly PermissionRow[],
  text: string,
  nameOf: (who: Who) => string,
): PermissionRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...rows];
  return rows.filter(({ grant, server, tools, who }) => {
    const id = who.kind === 'provider' ? who.id : '';
    const all = [server, ...tools, nameOf(who), id, grant?.note ?? ''].join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** What is left of a share once a party may no longer call it, or one tool of it; undefined: nothing. */
export function withoutParty(
  share: Share,
  { tools, who }: Pick<PermissionRow, 'tools' | 'who'>,
  scope: { tool: boolean; hasGrants: boolean },
): Share | undefined {
  if (scope.tool || isNarrowed(share, who)) return narrowed(share, tools, who);
  if (who.kind === 'provider' && share.audience.kind === 'providers') {
    const providers = share.audience.providers.filter((id) => id !== who.id);
    if (providers.length > 0) return { ...share, audience: { kind: 'providers', providers } };
  }
  return scope.hasGrants && who.kind !== 'nobodyYet' ? { ...share, audience: { kind: 'grants' } } : undefined;
}

/** Whether a party comes from what is said of single tools, not of the server. */
const isNarrowed = ({ audience }: Share, who: Who): boolean => {
  if (who.kind === 'nobodyYet') return false;
  if (who.kind === 'provider') return audience.kind !== 'providers' || !audience.providers.includes(who.id);
  return audience.kind !== who.kind;
};

function narrowed(share: Share, tools: readonly string[], who: Who): Share {
  const overrides = { ...share.overrides };
  for (const tool of tools) overrides[tool] = { ...overrides[tool], audience: withoutWho(share, tool, who) };
  return { ...share, overrides };
}

function withoutWho(share: Share, tool: string, who: Who): ToolAudience {
  const callers = callersOf(share, tool);
  if (who.kind !== 'provider' || !('providers' in callers)) return { kind: 'nobody' };
  const providers = callers.providers.filter((id) => id !== who.id);
  // “Those of the named whom I know, but him” cannot be said of a tool: rather nobody than one too many.
  const sayable = callers.kind === 'providers' || share.audience.kind === 'known';
  return sayable && providers.length > 0 ? { kind: 'providers', providers } : { kind: 'nobody' };
}
