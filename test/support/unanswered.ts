/** A handler for every procedure that a test does not care about: it says so when it is asked after all. */
import { contract, type NodeHandlers } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';

export function unanswered(): NodeHandlers {
  const refuse = (name: string) => () => {
    throw new AppError('test.unanswered', `Nothing answers ${name} in this test.`);
  };
  return Object.fromEntries(
    Object.keys(contract).map((name) => [name, refuse(name)]),
  ) as unknown as NodeHandlers;
}
