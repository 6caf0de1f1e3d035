/** A tool as people and programs see it. */
import { z } from 'zod';
import { sealPolicySchema } from '../access/sealing.ts';
import { pinViewSchema } from './pin.ts';
import { approvalStateSchema } from './query.ts';

export const toolViewSchema = z.object({
  /** Full id: `provider/server/tool@version#fingerprint`. */
  id: z.string(),
  /** Name in the MCP catalog, once it has one. */
  catalogName: z.string().optional(),
  alias: z.string().optional(),
  providerId: z.string(),
  /** Display name of the provider, where its profile is known. */
  providerName: z.string().optional(),
  server: z.string(),
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string(),
  fingerprint: z.string(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  tags: z.array(z.string()),
  /** What the operator who shares it says of it, beside its own description. */
  note: z.string().optional(),
  category: z.string().optional(),
  /** Not everyone who sees it may call it; access can be asked for. */
  ask: z.boolean().optional(),
  /** Whether its calls are sealed up to the node that runs it, where its provider lets them be. */
  seal: sealPolicySchema.optional(),
  /** Through whom it comes, the origin first, its provider last; absent where it is his own. */
  via: z.array(z.string()).optional(),
  /** How often those who may call it may share it on in a row. */
  depth: z.number().optional(),
  origin: z.enum(['local', 'network']),
  state: approvalStateSchema,
  /** Whether a call can be made now. */
  reachable: z.boolean(),
  /** Nodes of the provider that offer it. */
  nodes: z.array(z.string()),
  /** Hidden characters, look-alike names, … as codes. */
  warnings: z.array(z.string()),
  /** Id of the rule that approved or rejected it; absent where the operator did. */
  rule: z.string().optional(),
  favourite: z.boolean().optional(),
  /** Instances that must live, and that do; absent where it is not watched over. */
  critical: z.object({ min: z.number(), live: z.number() }).optional(),
  pin: pinViewSchema.optional(),
  /** Version of the newest definition, where a pin keeps another one. */
  newest: z.string().optional(),
});
export type ToolView = z.output<typeof toolViewSchema>;

export const byId = z.object({
  id: z.string().min(1).max(512).describe('Full id, short form, alias or catalog name.'),
});
