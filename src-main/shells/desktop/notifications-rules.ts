/** Which matters a person is notified of. Pure. */
import type { AttentionItem } from '#shared/features/node/attention.ts';

export interface Notified {
  /** Ids of matters that were said and still stand. */
  said: string[];
  /** What is to be said now. */
  fresh: AttentionItem[];
}

/**
 * Each matter once, as long as it stands: `fresh` are those that were not said yet and cannot wait. One that was settled
 * is forgotten, so that it is said again should it come back.
 */
export function chooseNotifications(
  said: readonly string[],
  items: readonly AttentionItem[],
  most: number,
): Notified {
  const known = new Set(said);
  const urgent = items.filter((item) => item.level !== 'hint').slice(0, most);
  return { said: urgent.map((item) => item.id), fresh: urgent.filter((item) => !known.has(item.id)) };
}
