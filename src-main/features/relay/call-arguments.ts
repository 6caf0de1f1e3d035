/** Arguments of a call, and what a grant says of them. Pure. */
import type { GrantTerms } from '#shared/features/access/rules.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import type { CallRequest } from '#shared/features/relay/messages.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

/** The arguments of a call; MCP has them as an object or not at all. */
export function argumentsOf({ params }: CallRequest): JsonObject | undefined {
  const args = Object.hasOwn(params, 'arguments') ? params.arguments : undefined;
  if (args === undefined) return undefined;
  if (args === null || typeof args !== 'object' || Array.isArray(args))
    throw relayError('relay.invalid_arguments', 'They must be an object.');
  return args;
}

/**
 * Tools may be called anything, `constructor` too. What is read from strangers never has a field `__proto__`, so what was
 * said of a tool of that name is lost: where arguments are constrained at all, it is refused.
 */
export function constraintOf({ grant: { args } }: GrantTerms, tool: string): string | undefined {
  if (args && tool === '__proto__') throw relayError('access.grant_arguments');
  return args && Object.hasOwn(args, tool) ? args[tool] : undefined;
}
