/** What a tool costs whoever reads the list, in bytes of its JSON; worked out once for each definition. */
import type { Tool } from '#shared/features/registry/tool.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

const known = new WeakMap<Tool, number>();

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Bytes of a tool as it is listed under a name, and of the comma after it. */
export function listedBytes(tool: Tool, name: string): number {
  const own = known.get(tool) ?? bytesOf(tool);
  known.set(tool, own);
  return own - bytesOf(tool.name) + bytesOf(name) + 1;
}

export const jsonBytes = (items: readonly JsonObject[]): number =>
  items.reduce((sum, item) => sum + bytesOf(item) + 1, 0);
