/** What an operator is told when his wish concerning a server cannot be fulfilled. */
import { AppError } from '#shared/kernel/errors.ts';

export const notFound = (name: string): AppError =>
  new AppError('servers.not_found', `There is no server ${name} here.`, {
    advice: 'See `toolswarm servers list`.',
  });

export const nameTaken = (name: string): AppError =>
  new AppError('servers.name_taken', `There is a server ${name} already.`, {
    advice: 'Give another name, or remove the other server first.',
  });

export const tooMany = (limit: number): AppError =>
  new AppError('servers.too_many', `This node has ${limit} servers already.`, {
    advice: 'Remove one that is not needed.',
  });

export const noValue = (server: string, name: string): AppError =>
  new AppError('servers.secret_missing', `The secret ${name} of the server ${server} has no value.`, {
    advice: `Give a value for ${name}.`,
  });

export const changing = (name: string): AppError =>
  new AppError('servers.busy', `The server ${name} is being changed already.`, {
    advice: 'Wait until that has ended.',
    retryable: true,
  });

export const doesNotStart = (name: string, { advice, code, message }: AppError): AppError =>
  new AppError('servers.update_failed', `With this change ${name} does not start: ${message}`, {
    advice: `Nothing was changed. ${advice}`.trim(),
    details: { cause: code },
  });

/** A server of a package, on a node that has none. */
export function noPackages(server: string): never {
  throw new AppError(
    'servers.no_packages',
    `The server ${server} belongs to a package, and this node has none.`,
    {
      advice: 'Remove it, or install the package again.',
      details: { server },
    },
  );
}

/** What belongs to a package is changed there. */
export const ofPackage = (server: string): AppError =>
  new AppError('servers.of_package', `The server ${server} belongs to a package.`, {
    advice: 'Change, update or remove the package instead; `toolswarm packages list` shows it.',
    details: { server },
  });
