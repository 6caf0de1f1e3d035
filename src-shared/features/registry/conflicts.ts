/**
 * Who came first. Names are labels that anybody can choose: where two providers use one name, or names that look alike,
 * the one who means more to the operator keeps it unsuspected, and the other is shown beside him. Pure.
 */
import { z } from 'zod';
import type { ProviderId } from '../../kernel/ids.ts';
import { areConfusable, foldedName, skeletonOf } from './confusables.ts';

/** `provider`: what he calls himself; `server` and `tool`: what he calls what he offers. */
export const namedThings = ['provider', 'server', 'tool'] as const;
export type NamedThing = (typeof namedThings)[number];

/** `own`: this operator's; `known`: of a provider whom he knows. */
export const nameStandings = ['own', 'known', 'stranger'] as const;
export type NameStanding = (typeof nameStandings)[number];

export const resemblanceSchema = z.object({
  what: z.enum(namedThings),
  /** Letter by letter, or only to the eye. */
  kind: z.enum(['same', 'confusable']),
  /** The name in question. */
  name: z.string(),
  /** Whose name it is like. */
  like: z.object({
    name: z.string(),
    providerId: z.string(),
    /** What that provider calls himself. */
    providerName: z.string().optional(),
    server: z.string().optional(),
    standing: z.enum(nameStandings),
    /** Epoch ms since which that name is known here. */
    since: z.number(),
  }),
});
export type Resemblance = z.output<typeof resemblanceSchema>;

/** Somebody's use of a name. */
export interface NameClaim {
  what: NamedThing;
  name: string;
  providerId: ProviderId;
  server?: string | undefined;
  /** Epoch ms at which it was met first. */
  since: number;
  standing: NameStanding;
}

/** Whether the first claim is the better known one: by who makes it, then by how long it is known. */
export function outranks(a: NameClaim, b: NameClaim): boolean {
  const rank = ({ standing }: NameClaim) => nameStandings.indexOf(standing);
  return (rank(a) - rank(b) || a.since - b.since || (a.providerId < b.providerId ? -1 : 1)) < 0;
}

/** Under which a claim meets those that it may be taken for. */
export const meetingPoint = ({ name, what }: Pick<NameClaim, 'name' | 'what'>): string =>
  `${what}:${skeletonOf(name)}`;

/** Claims that are shown beside one. */
const SHOWN = 5;

/**
 * What a claim resembles of what is better known, the best known first.
 *
 * @param others claims of the same meeting point.
 */
export function resembled(
  claim: NameClaim,
  others: Iterable<NameClaim>,
): Array<{ kind: Resemblance['kind']; like: NameClaim }> {
  const found: Array<{ kind: Resemblance['kind']; like: NameClaim }> = [];
  for (const like of others) {
    const kind = kindOf(claim, like);
    if (kind && outranks(like, claim)) found.push({ kind, like });
  }
  return found.sort((a, b) => (outranks(a.like, b.like) ? -1 : 1)).slice(0, SHOWN);
}

function kindOf(claim: NameClaim, like: NameClaim): Resemblance['kind'] | undefined {
  if (like.providerId === claim.providerId || like.what !== claim.what) return undefined;
  if (like.name === claim.name) return claim.what === 'tool' ? undefined : 'same';
  if (!areConfusable(claim.name, like.name)) return undefined;
  if (foldedName(claim.name) !== foldedName(like.name)) return 'confusable';
  // One name in several spellings (read-file, readFile) is shared as the name itself is; only look-alike letters deceive.
  // People are not: whoever calls himself ANNA beside Anna is taken for her.
  const shared = { tool: undefined, server: 'same', provider: 'confusable' } as const;
  return shared[claim.what];
}

/**
 * Codes of what to know before approving: `confusable_name`, and `same_name_as:provider[/server]` where the name is that
 * of somebody the operator knows, or of a person. Strangers share names such as `filesystem` all the time.
 */
export function conflictWarnings(resemblances: readonly Resemblance[]): string[] {
  const warnings = new Set<string>();
  for (const { kind, like, what } of resemblances) {
    if (kind === 'confusable') warnings.add('confusable_name');
    else if (what === 'provider' || like.standing !== 'stranger')
      warnings.add(`same_name_as:${like.providerId}${like.server === undefined ? '' : `/${like.server}`}`);
  }
  return [...warnings];
}

/** Whether a name may be taken for another: no rule approves such a tool, only the operator himself. */
export const isDeceptive = (resemblances: readonly Resemblance[]): boolean =>
  resemblances.some(({ kind }) => kind === 'confusable');
