/** The rotations this node believes, its own and those of others: who is who today. */
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Rotation } from '#shared/features/identity/records.ts';
import {
  followRotations,
  judgeRotation,
  MAX_ROTATION_CHAIN,
  type RotationVerdict,
} from '#shared/features/identity/rules.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { IdentityStore } from './store.ts';

/** Rotations are free to make, so only this many are kept; new ones are then refused. About 5 MB. */
export const MAX_ROTATIONS = 10_000;

export type NoteOutcome = RotationVerdict | 'unrelated' | 'full';

export interface RotationBook {
  /** Who a provider is today. */
  current(providerId: ProviderId): ProviderId;
  /** Remembers a verified rotation. */
  note(rotation: Rotation, now: number): NoteOutcome;
  /** Remembers this provider's own rotation. Throws `identity.rotated_elsewhere` where its key was already replaced. */
  noteOwn(rotation: Rotation, now: number): void;
  /** Rotations that led to a provider, oldest first, the newest {@link MAX_ROTATION_CHAIN} of them. */
  historyOf(providerId: ProviderId): Array<{ from: ProviderId; seq: number; bytes: Uint8Array }>;
}

export interface RotationBookDeps {
  store: IdentityStore;
  /** Whether the operator has anything to do with a provider; rotations of others are not kept. */
  concerns: (providerId: ProviderId) => boolean;
}

export function createRotationBook({ store, concerns }: RotationBookDeps): RotationBook {
  const rows = new Map(store.rotations().map((row) => [row.from, row]));
  const targets = new Set([...rows.values()].map((row) => row.to));
  const next = (providerId: ProviderId) => rows.get(providerId)?.to;

  function remember(rotation: Rotation, now: number): void {
    store.addRotation(rotation, now);
    rows.set(rotation.from, rotation);
    targets.add(rotation.to);
  }

  return {
    current: (providerId) => followRotations(providerId, next),
    note(rotation, now) {
      const verdict = judgeRotation(rotation, next);
      if (verdict !== 'new') return verdict;
      if (!targets.has(rotation.from) && !concerns(rotation.from)) return 'unrelated';
      if (rows.size >= MAX_ROTATIONS) return 'full';
      remember(rotation, now);
      return 'new';
    },
    noteOwn(rotation, now) {
      if (judgeRotation(rotation, next) !== 'new') throw rotatedElsewhere();
      remember(rotation, now);
    },
    historyOf(providerId) {
      const history = [];
      const before = new Map([...rows.values()].map((row) => [row.to, row]));
      for (let row = before.get(providerId); row && history.length < MAX_ROTATION_CHAIN; ) {
        history.unshift(row);
        row = before.get(row.from);
      }
      return history;
    },
  };
}

const rotatedElsewhere = (): AppError =>
  new AppError('identity.rotated_elsewhere', 'This provider key was already replaced by another one.', {
    advice:
      'If you did that on another machine, recover this one with the new 24 words; if not, the key was stolen.',
  });
