/** Names of prompts in the catalog. They follow from server and prompt alone, so that they are stable without a store. */
import { isMetaTool } from '../clients/budget.ts';
import { catalogNameFor } from '../registry/names.ts';

/**
 * `server_prompt`, or its first 31 characters, `_` and 8 base32 characters of SHA-256(`server/prompts/prompt`). The
 * plain form is kept to servers without `_` in their names: for them no other server can lead to the same text.
 */
export const promptNameFor = (server: string, prompt: string): string =>
  catalogNameFor(server, prompt, `${server}/prompts/${prompt}`, () => server.includes('_'));

const OWN_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;

/**
 * Names without a prefix: a thing keeps its own name where it is the only one with it and nothing else is called so, nor
 * one of the tools for finding tools; otherwise it has its full name.
 * @param items own and full name of each; full names are distinct.
 * @returns the name of each item, in order.
 */
export function namesWithoutPrefix(items: readonly { own: string; full: string }[]): string[] {
  const owners = new Map<string, number>();
  for (const { own } of items) owners.set(own, (owners.get(own) ?? 0) + 1);
  const full = new Set(items.map((item) => item.full));
  return items.map((item) =>
    owners.get(item.own) === 1 &&
    (item.own === item.full || !full.has(item.own)) &&
    OWN_NAME.test(item.own) &&
    !isMetaTool(item.own)
      ? item.own
      : item.full,
  );
}
