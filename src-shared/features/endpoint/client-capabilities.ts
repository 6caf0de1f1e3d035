/** What a client must have declared before it may be asked something. */
import type { JsonObject } from '../../kernel/canonical.ts';
import { isObject } from './messages.ts';

/** The capabilities a server→client request needs, in the shape of `ClientCapabilities`; `undefined`: no such request. */
export function capabilitiesFor(method: string, params: JsonObject | undefined): JsonObject | undefined {
  switch (method) {
    case 'elicitation/create':
      return { elicitation: params?.['mode'] === 'url' ? { url: {} } : { form: {} } };
    case 'sampling/createMessage':
      return {
        sampling:
          params?.['tools'] !== undefined || params?.['toolChoice'] !== undefined ? { tools: {} } : {},
      };
    case 'roots/list':
      return { roots: {} };
    default:
      return undefined;
  }
}

/** The part of `required` that `declared` lacks, or `undefined` when all is there. */
export function missingCapabilities(required: JsonObject, declared: JsonObject): JsonObject | undefined {
  const missing: JsonObject = {};
  for (const [name, needed] of Object.entries(required)) {
    const has = declared[name];
    if (!isObject(has)) missing[name] = needed;
    else if (isObject(needed)) {
      const members = Object.keys(needed).filter((member) => !declares(name, has, member));
      if (members.length > 0) missing[name] = Object.fromEntries(members.map((member) => [member, {}]));
    }
  }
  return Object.keys(missing).length > 0 ? missing : undefined;
}

/** `elicitation: {}` meant forms before there were modes, and still does. */
function declares(name: string, has: JsonObject, member: string): boolean {
  if (has[member] !== undefined) return true;
  return name === 'elicitation' && member === 'form' && has['url'] === undefined;
}
