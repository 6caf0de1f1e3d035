/** Tools that the operator cannot do without: each with so many instances that must live, watched and alarmed. Pure. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { byId, toolViewSchema } from './view.ts';

/** Instances that can be asked for; a provider has a handful of nodes. */
const MAX_INSTANCES = 16;

export const criticalToolSchema = z.object({
  /** Full id while the tool is there, else `provider/server/tool`. */
  id: z.string(),
  /** In the catalog, or of the tool itself. */
  name: z.string(),
  provider: z.string(),
  providerName: z.string().optional(),
  server: z.string(),
  /** Instances that must live, and that do: nodes of its provider that take calls, or its server on this machine. */
  min: z.number(),
  live: z.number(),
});
export type CriticalTool = z.output<typeof criticalToolSchema>;

export const criticalContract = {
  'tools.critical': query(
    'Tools that must always have live instances, those that lack some first.',
    z.object({}),
    z.object({ items: z.array(criticalToolSchema) }),
  ),
  'tools.setCritical': command(
    'Watches over a tool: an alarm is raised while fewer of its instances live. 0 ends that.',
    byId.extend({ min: z.number().int().min(0).max(MAX_INSTANCES) }),
    toolViewSchema,
  ),
};

export const isLacking = ({ live, min }: Pick<CriticalTool, 'live' | 'min'>): boolean => live < min;

/** What lacks most first. */
export const byNeed = (tools: readonly CriticalTool[]): CriticalTool[] =>
  tools.toSorted((a, b) => a.live - a.min - (b.live - b.min) || (a.id < b.id ? -1 : 1));

/** A node that starts anew, or a line that is broken for a moment, is no alarm yet. */
export const ALARM_AFTER_MS = 20_000;

/**
 * Which tools have lacked instances for long enough, and since when each lacks some.
 *
 * @param since monotonic ms at which a tool was first seen to lack some, by id
 */
export function alarmed(
  tools: readonly CriticalTool[],
  since: ReadonlyMap<string, number>,
  now: number,
): { lacking: Map<string, number>; alarms: CriticalTool[] } {
  const lacking = new Map(tools.filter(isLacking).map(({ id }) => [id, since.get(id) ?? now] as const));
  const alarms = tools.filter(({ id }) => now - (lacking.get(id) ?? now) >= ALARM_AFTER_MS);
  return { lacking, alarms };
}
