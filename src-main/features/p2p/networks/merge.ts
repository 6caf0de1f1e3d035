/** Answers of several networks to one question, in the order in which they come, each peer once. */
import type { PeerId } from '#shared/kernel/ids.ts';

/** Ends early at `limit`. A network that fails says nothing, unless all of them fail. */
export async function* mergeFound(
  sources: ReadonlyArray<AsyncIterable<PeerId>>,
  limit = Infinity,
): AsyncIterable<PeerId> {
  const [only] = sources;
  if (only && sources.length === 1) {
    yield* only;
    return;
  }
  const seen = new Set<PeerId>();
  const open = new Map(sources.map((source) => [source, source[Symbol.asyncIterator]()]));
  const next = (source: AsyncIterable<PeerId>, from: AsyncIterator<PeerId>) =>
    from.next().then(
      (result) => ({ source, result, error: undefined }),
      (error: unknown) => ({ source, result: undefined, error }),
    );
  const waiting = new Map([...open].map(([source, from]) => [source, next(source, from)]));
  const errors: unknown[] = [];
  try {
    while (waiting.size > 0) {
      const { error, result, source } = await Promise.race(waiting.values());
      const from = open.get(source);
      if (!result || result.done || !from) {
        waiting.delete(source);
        open.delete(source);
        if (!result) errors.push(error);
        continue;
      }
      waiting.set(source, next(source, from));
      if (seen.has(result.value)) continue;
      seen.add(result.value);
      yield result.value;
      if (seen.size >= limit) return;
    }
    if (sources.length > 0 && errors.length === sources.length) throw errors[0];
  } finally {
    await Promise.all([...open.values()].map(async (from) => from.return?.()));
  }
}
