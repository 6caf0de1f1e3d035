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

interface Answered {
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
   * @param again called before an answer from memory is given: throws where the caller may not have it any more.
   */
  run(
    caller: ProviderId,
    key: string | undefined,
    payload: Uint8Array,
    work: () => Promise<Uint8Array>,
    again: () => void,
  ): Promise<Uint8Array>;
}

export function createOnce({ clock }: { clock: Pick<Clock, 'monotonic'> }): Once {
  /** By caller and key, the oldest first. */
  const answers = new Map<string, Answered>();
  let bytes = 0;

  function forget(id: string): void {
    bytes -= answers.get(id)?.bytes ?? 0;
    answers.delete(id);
  }

  function makeRoom(now: number): void {
    for (const [id, { until }] of answers) {
      if (until > now && answers.size <= MAX_ANSWERS && bytes <= MAX_BYTES) return;
      forget(id);
    }
  }

  function keep(id: string, answered: Answered): void {
    answers.set(id, answered);
    answered.answer.then(
      ({ length }) => {
        if (answers.get(id) !== answered) return;
        if (length > MAX_ANSWER_BYTES) return forget(id);
        answered.bytes = length;
        bytes += length;
      },
      // Whatever kept it from being run may be over by the next attempt; the caller is told by his own promise.
      () => {
        if (answers.get(id) === answered) forget(id);
      },
    );
  }

  return {
    async run(caller, key, payload, work, again) {
      if (key === undefined) return work();
      const id = `${caller} ${key}`;
      const digest = hash('sha256', payload, 'base64');
      const now = clock.monotonic();
      makeRoom(now);
      const before = answers.get(id);
      if (before && before.digest !== digest) throw relayError('relay.key_reused');
      if (before) {
        again();
        // The attempt that ran it may have been called off with its connection: then it is run now.
        const remembered = await before.answer.catch(() => undefined);
        if (remembered) return remembered;
      }
      const answer = work();
      keep(id, { digest, answer, until: now + REMEMBERED_MS, bytes: 0 });
      return answer;
    },
  };
}
