/** Lists as bytes: prepared once for all clients of a view, cut into pages, written as they are. */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { invalidParams } from '../faults.ts';

export interface Pages {
  /** The JSON of one page as a list result. Throws `McpError` -32602 for a cursor that is not ours or out of date. */
  page(cursor: unknown): Buffer;
  /** Whether the other list says the same. */
  equals(other: Pages): boolean;
  readonly texts: readonly string[];
}

/**
 * @param key the member of the result that holds the items.
 * @param extra further members of the result.
 * @param pageItems most items on a page.
 */
export function createPages(
  key: string,
  items: readonly JsonObject[],
  extra: JsonObject,
  pageItems: number,
): Pages {
  const texts = items.map((item) => JSON.stringify(item));
  const tail = JSON.stringify(extra).slice(1);
  const version = checksum(texts);
  const built = new Map<number, Buffer>();

  function build(offset: number): Buffer {
    const shown = texts.slice(offset, offset + pageItems).join(',');
    const next = offset + pageItems < texts.length ? `,"nextCursor":"${cursorAt(offset + pageItems)}"` : '';
    return Buffer.from(`{"${key}":[${shown}]${next}${tail === '}' ? '}' : `,${tail}`}`);
  }

  const cursorAt = (offset: number): string =>
    Buffer.from(`${key}.${offset}.${version}`).toString('base64url');

  function offsetOf(cursor: unknown): number {
    if (cursor === undefined) return 0;
    const [named, offset, of] =
      typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString().split('.') : [];
    const at = Number(offset);
    if (
      named !== key ||
      of !== version ||
      !Number.isSafeInteger(at) ||
      at % pageItems !== 0 ||
      at >= texts.length
    )
      throw invalidParams(
        'This cursor is not valid, or the list has changed since: list again without a cursor.',
      );
    return at;
  }

  return {
    texts,
    page(cursor) {
      const offset = offsetOf(cursor);
      const ready = built.get(offset) ?? build(offset);
      built.set(offset, ready);
      return ready;
    },
    equals: (other) =>
      texts.length === other.texts.length && texts.every((text, at) => text === other.texts[at]),
  };
}

/** FNV-1a; tells one state of a list from the next, keeps no secret. */
function checksum(texts: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const text of texts)
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
