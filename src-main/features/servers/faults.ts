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
