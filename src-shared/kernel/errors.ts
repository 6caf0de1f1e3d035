/**
 * Faults that reach a person or a program: a stable code, a sentence, what to do next, whether a retry can help.
 * Failures that a caller is expected to act on are values (`result.ts`); everything else is thrown as an `AppError`.
 */

/** The form in which an error travels over the contract and is printed by the command line. */
export interface ErrorShape {
  /** Stable, dotted, lower case: `servers.name_taken`. Codes are never reused. */
  code: string;
  /** One sentence for a person: what happened. */
  message: string;
  /** One sentence for a person: what to do next. */
  advice: string;
  /** Whether the same request may succeed later without being changed. */
  retryable: boolean;
  /** Machine-readable facts, JSON-safe; never secrets. */
  details?: Record<string, unknown>;
}

export interface AppErrorOptions {
  advice?: string;
  retryable?: boolean;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** An error with a code. `message` and `advice` are English; the interface translates by `code`. */
export class AppError extends Error {
  readonly code: string;
  readonly advice: string;
  readonly retryable: boolean;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.advice = options.advice ?? '';
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }
}

/** Describes any thrown value as data. Unknown errors become `internal` so that no stack or path leaks to a peer. */
export function toErrorShape(error: unknown): ErrorShape {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      advice: error.advice,
      retryable: error.retryable,
      ...(error.details ? { details: error.details } : {}),
    };
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside Toolswarm.',
    advice: 'Look at the log of the node; if it happens again, report it with the log.',
    retryable: true,
  };
}

/** The inverse of {@link toErrorShape}: an error received from another process, ready to be thrown. */
export function fromErrorShape(shape: ErrorShape): AppError {
  return new AppError(shape.code, shape.message, {
    advice: shape.advice,
    retryable: shape.retryable,
    ...(shape.details ? { details: shape.details } : {}),
  });
}
