/** The libraries that check schemas are a tenth of the program: a node has them once there is something to check. */
import type { Validation } from './validation.ts';

/** Loads validation on the first call; every call gives the same one. */
export type LoadValidation = () => Promise<Validation>;

export function lazyValidation(): LoadValidation {
  let loaded: Promise<Validation> | undefined;
  return () => (loaded ??= import('./validation.ts').then(({ createValidation }) => createValidation()));
}
