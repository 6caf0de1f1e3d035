/** What the endpoint tells a model about itself: one line of our own, then what the servers say, kept short. */
import type { CatalogServer } from '../ports.ts';
import type { Listing } from './view.ts';

const OWN =
  'Toolswarm joins several MCP servers. Tool and prompt names start with the name of the server they belong to.';
const searched = (tools: number): string =>
  ` This catalog has ${tools} tools, too many to list: find_tools finds one, describe_tool tells its arguments, call_tool calls it.`;
/** Characters of one server's instructions, and of all together; instructions cost context in every conversation. */
const PER_SERVER = 600;
const TOTAL = 4_000;

export function mergeInstructions(
  servers: readonly CatalogServer[],
  { mode, tools }: Pick<Listing, 'mode' | 'tools'>,
): string {
  let text = mode === 'search' ? OWN + searched(tools) : OWN;
  for (const { server, offers } of servers) {
    const said = offers.instructions?.trim();
    if (!said) continue;
    const part = `\n\n## ${server}\n${shorten(said, PER_SERVER)}`;
    if (text.length + part.length > TOTAL) break;
    text += part;
  }
  return text;
}

const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
