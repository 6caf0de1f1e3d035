import { AppError } from '#shared/kernel/errors.ts';

export const notFound = (what: string, cause?: unknown): AppError =>
  new AppError('packages.foreign_not_found', `The registry has no ${what}.`, {
    advice: 'Check the name and the version at the registry.',
    details: { what },
    cause,
  });

export const unreachable = (host: string, cause?: unknown): AppError =>
  new AppError('packages.foreign_unreachable', `The registry at ${host} does not answer.`, {
    advice: 'Check this machine’s connection, then try again.',
    retryable: true,
    details: { host },
    cause,
  });

export const wrongContent = (what: string, cause?: unknown): AppError =>
  new AppError(
    'packages.foreign_integrity',
    `What was fetched for ${what} is not what its registry promised.`,
    {
      advice: 'Do not install it. Try again later; if that does not help, tell its author.',
      details: { what },
      cause,
    },
  );

export const tooLarge = (what: string, limit: string): AppError =>
  new AppError('packages.foreign_too_large', `${what} is larger than a package may be (${limit}).`, {
    advice: 'Look for a smaller package, or run it as a server of your own.',
    details: { what, limit },
  });

export const unsupported = (what: string, why: string, cause?: unknown): AppError =>
  new AppError('packages.foreign_unsupported', `${what} cannot be installed from its registry: ${why}.`, {
    advice: 'Run it as a server of your own: `toolswarm servers add`.',
    details: { what, why },
    cause,
  });

export const noProgram = (what: string): AppError =>
  new AppError('packages.foreign_no_program', `${what} has no program that could be started.`, {
    advice: 'Check at the registry whether this is an MCP server, and not a library.',
    details: { what },
  });

export const runtimeMissing = (runtime: string, how: string): AppError =>
  new AppError('packages.runtime_missing', `${runtime} is needed for this package, and it is not there.`, {
    advice: how,
    details: { runtime },
  });
