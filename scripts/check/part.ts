import type { Project } from './project.ts';

/** One thing that is wrong, printed as `file:line message`. */
export interface Violation {
  /** Path from the root of the checkout, with slashes. */
  file: string;
  /** 1-based; absent where the whole file or its absence is meant. */
  line?: number;
  message: string;
}

/** One part of `npm run check`. */
export interface Part {
  name: string;
  /** What the part proves, in a few words. */
  proves: string;
  find(project: Project): Violation[] | Promise<Violation[]>;
}

export const formatViolation = ({ file, line, message }: Violation): string =>
  `${file}${line === undefined ? '' : `:${line}`} ${message}`;
