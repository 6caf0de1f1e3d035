/** Outcomes that a caller acts on, as values. Faults are thrown instead (`errors.ts`). */
export type Result<T, R> = { ok: true; value: T } | { ok: false; reason: R };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const fail = <R>(reason: R): { ok: false; reason: R } => ({ ok: false, reason });
