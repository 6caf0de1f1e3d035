/**
 * A call that a consumer makes again, because the answer did not reach him, is answered from memory instead of being run
 * again. The consumer's key says that it is the same call; that the request is the same to the byte is checked.
 */
import { hash } from 'node:crypto';
import { relayError } from '#shared/features/relay/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';

/** How long an answer is remembered: longer than any consumer goes on trying. */
const REMEMBERED_MS = 2 * 60_000;
const MAX_ANSWERS = 4_096;
/** Answers beyond this are not kept: running again is cheaper than keeping them. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;
/** What one caller has of this: his keys must not push out the answers of others. */
const MAX_ANSWERS_PER_CALLER = 512;
const MAX_BYTES_PER_CALLER = 4 * 1024 * 1024;

interface Answered {
  caller: ProviderId;
  digest: string;
  answer: Promise<Uint8Array>;
  until: number;
  /** 0 while it runs. */
  bytes: number;
}

export interface Once {
  /**
   * Runs `work`, or gives what came of it before. Rejects with `relay.key_reused` where the key stands for another request.
   *
   * @param given called before an answer from memory of so many bytes is given: rejects where the caller may not have it
   *   any more, or not now.
   */
  run(
    caller: ProviderId,
    key: string | undefined,
    payload: Uint8Array,
    work: () => Promise<Uint8Array>,
    given: (bytes: number) => Promise<void>,
  ): Promise<Uint8Array>;
}

export function createOnce({ clock }: { clock: Pick<Clock, 'monotonic'> }): Once {
  /** By caller and key, the oldest first. */
  const answers = new Map<string, Answered>();
  const shares = new Map<ProviderId, { ids: Set<string>; bytes: number }>();
  let bytes = 0;

  function forget(id: string): void {
    const answered = answers.get(id);
    if (!answered) return;
    answers.delete(id);
    count(answered, -answered.bytes);
    const share = shares.get(answered.caller);
    share?.ids.delete(id);
    if (share?.ids.size === 0) shares.delete(answered.caller);
  }

  function count({ caller }: Answered, more: number): void {
    bytes += more;
    const share = shares.get(caller);
    if (share) share.bytes += more;
  }

  function makeRoom(now: number, caller: ProviderId): void {
    const share = shares.get(caller);
    for (const id of share?.ids ?? []) {
      if (!share || (share.ids.size < MAX_ANSWERS_PER_CALLER && share.bytes <= MAX_BYTES_PER_CALLER)) break;
      forget(id);
    }
    for (const [id, { until }] of answers) {
      if (until > now && answers.size < MAX_ANSWERS && bytes <= MAX_BYTES) return;
      forget(id);
    }
  }

  function keep(id: string, answered: Answered): void {
    answers.set(id, answered);
    const share = shares.get(answered.caller) ?? { ids: new Set(), bytes: 0 };
    shares.set(answered.caller, share);
    share.ids.add(id);
    answered.answer.then(
      ({ length }) => {
        if (answers.get(id) !== answered) return;
        if (length > MAX_ANSWER_BYTES) return forget(id);
        answered.bytes = length;
        count(answered, length);
      },
      // Whatever kept it from being run may be over by the next attempt; the caller is told by his own promise.
      () => {
        if (answers.get(id) === answered) forget(id);
      },
    );
  }

  return {
    async run(caller, key, payload, work, given) {
      if (key === undefined) return work();
      const id = `${caller} ${key}`;
      const digest = hash('sha256', payload, 'base64');
      makeRoom(clock.monotonic(), caller);
      // The attempt that ran it may have been called off with its connection: then one of those who wait runs it now.
      for (let before = answers.get(id); before; before = answers.get(id)) {
        if (before.digest !== digest) throw relayError('relay.key_reused');
        const remembered = await before.answer.catch(() => undefined);
        if (remembered) {
          await given(remembered.length);
          return remembered;
        }
        if (answers.get(id) === before) forget(id);
      }
      const answer = work();
      keep(id, { caller, digest, answer, until: clock.monotonic() + REMEMBERED_MS, bytes: 0 });
      return answer;
    },
  };
}
