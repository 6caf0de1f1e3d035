/** From a name and raw parameters to a checked call of a handler: the same over every channel and over HTTP. */
import type { z } from 'zod';
import type { CallContext, Contract, Handlers, Procedure } from '../contract.ts';
import { AppError } from '../errors.ts';

/**
 * A call whose input has been checked. `encode` checks one result or item, fills in defaults and leaves out whatever the
 * contract does not name; that costs less than writing the JSON does.
 */
export type CheckedCall = { encode(value: unknown): unknown } & (
  | { kind: 'stream'; invoke(context: CallContext): AsyncIterable<unknown> }
  | { kind: 'query' | 'command'; invoke(context: CallContext): unknown }
);

/** Throws `contract.unknown_procedure` or `contract.invalid_input` with the paths that are wrong. */
export function checkCall<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  name: string,
  params: unknown,
): CheckedCall {
  const procedure = Object.hasOwn(contract, name) ? contract[name] : undefined;
  if (!procedure)
    throw new AppError('contract.unknown_procedure', `There is no call “${name.slice(0, 64)}”.`, {
      advice: 'Names are <slice>.<verb>, as in servers.list; the OpenAPI document lists them all.',
    });
  const input = checkInput(procedure, params ?? {});
  const handler = handlers[name] as (input: unknown, context: CallContext) => unknown;
  return {
    kind: procedure.kind,
    invoke: (context: CallContext) => handler(input, context),
    encode: (value: unknown) => procedure.output.parse(value),
  } as CheckedCall;
}

function checkInput(procedure: Procedure, params: unknown): unknown {
  const parsed = procedure.input.safeParse(params);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 10).map(describeIssue);
  const first = issues[0];
  throw new AppError(
    'contract.invalid_input',
    first ? `Wrong input${first.path ? ` at ${first.path}` : ''}: ${first.message}.` : 'Wrong input.',
    { advice: 'Correct the named fields and try again.', details: { issues } },
  );
}

const describeIssue = (issue: z.core.$ZodIssue) => ({
  path: issue.path.map(String).join('.'),
  message: issue.message.replace(/\.$/, ''),
});
