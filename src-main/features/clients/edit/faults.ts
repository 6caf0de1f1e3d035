import { AppError } from '#shared/kernel/errors.ts';
import type { Position } from './text.ts';

/** The file is not what its client reads: nothing can be added to it before it is mended. */
export const broken = ({ line, column }: Position, cause?: unknown): AppError =>
  new AppError('clients.file_broken', `The file breaks off at line ${line}, column ${column}.`, {
    advice: 'Mend it in an editor first: the client itself cannot read it as it is.',
    details: { line, column },
    cause,
  });

/** The file is sound, but written in a way that we do not dare to change. */
export const cannotEdit = (cause?: unknown): AppError =>
  new AppError('clients.file_unusual', 'This file is written in a way that cannot be changed safely.', {
    advice: 'Add the entry by hand: it is shown ready to copy.',
    cause,
  });
