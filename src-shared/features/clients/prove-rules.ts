/** Which tool may be called only to see that calls arrive: one that has no effect and needs no argument. */

/** What is read of an MCP tool; everything in it comes from strangers. */
export interface ListedTool {
  name: string;
  annotations?: unknown;
  inputSchema?: unknown;
}

/** Harmless tools, the most harmless first. Only what says of itself that it reads and nothing else is one. */
export const harmlessTools = <Tool extends ListedTool>(tools: readonly Tool[]): Tool[] =>
  tools
    .filter((tool) => hint(tool, 'readOnlyHint') === true && required(tool).length === 0)
    .sort((a, b) => cost(a) - cost(b));

/** A tool that stays on its machine and takes few arguments is the better choice; one that shows secrets the last. */
const cost = (tool: ListedTool): number =>
  (SECRETS.test(tool.name) ? 1_000 : 0) +
  (hint(tool, 'openWorldHint') === false ? 0 : 100) +
  Math.min(99, Object.keys(member(tool.inputSchema, 'properties')).length);

const SECRETS = /env|secret|token|password|credential|key/i;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, name: string): Record<string, unknown> => {
  const inner = isPlain(value) ? value[name] : undefined;
  return isPlain(inner) ? inner : {};
};
const hint = ({ annotations }: ListedTool, name: string): unknown =>
  isPlain(annotations) ? annotations[name] : undefined;
const required = ({ inputSchema }: ListedTool): unknown[] => {
  const names = isPlain(inputSchema) ? inputSchema['required'] : undefined;
  return Array.isArray(names) ? names : [];
};
