/** Which reads of resources may stand for one another, and which news concern them. Pure. */
import type { JsonObject } from '../../kernel/canonical.ts';
import { isBypassed } from './caching.ts';

const PLAIN = new Set(['uri', '_meta']);

/** The URI of a read that another may stand for; undefined where it asks for more, or for what is fresh. */
export function plainUri(params: JsonObject): string | undefined {
  const { uri } = params;
  const isPlain = Object.keys(params).every((key) => PLAIN.has(key)) && !isBypassed(params);
  return isPlain && typeof uri === 'string' ? uri : undefined;
}

/** Whether news of one resource concern the other: a part of it, or what it is a part of. */
export const concerns = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one);
