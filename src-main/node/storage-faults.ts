/** Faults of the disk in words, whatever call they come up in: a full disk is no “internal error”. */
import type { NodeHandlers } from '#shared/contract.ts';
import { describeStorageError } from '../platform/sqlite.ts';

type AnyHandler = (input: never, context: never) => unknown;

/**
 * The same handlers, with SQLite's errors described as `storage.…`. Streams are passed through.
 *
 * @param note is told of every error before it is thrown.
 */
export function withStorageFaults(
  handlers: NodeHandlers,
  file: string,
  note: (error: unknown) => void = () => undefined,
): NodeHandlers {
  const described = (error: unknown): never => {
    const fault = describeStorageError(error, file);
    note(fault);
    throw fault;
  };
  const wrap =
    (handler: AnyHandler): AnyHandler =>
    (input, context) => {
      try {
        const answer = handler(input, context);
        return answer instanceof Promise ? answer.catch(described) : answer;
      } catch (error) {
        return described(error);
      }
    };
  const wrapped = Object.entries(handlers).map(([name, handler]) => [name, wrap(handler as AnyHandler)]);
  return Object.fromEntries(wrapped) as NodeHandlers;
}
