/** The files of AI clients, as they travel over the contract: what was found, what would change, what was done. */
import { z } from 'zod';
import { CLIENT_APPS } from './apps.ts';

export const clientAppIdSchema = z.enum(CLIENT_APPS);

/** Which file is meant: the client's own, or that of a project. */
export const clientTargetSchema = z.object({
  client: clientAppIdSchema,
  folder: z.string().min(1).max(4096).optional().describe('A project’s folder: its own file is meant then.'),
});
export type ClientTarget = z.output<typeof clientTargetSchema>;

export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.output<typeof problemSchema>;

export const entryStateSchema = z.enum(['absent', 'present', 'stale', 'foreign']);

export const clientFileSchema = z.object({
  id: clientAppIdSchema,
  name: z.string(),
  installed: z.boolean(),
  /** Absolute; where the entry is or would be. */
  file: z.string(),
  exists: z.boolean(),
  format: z.enum(['json', 'jsonc', 'toml', 'yaml']),
  entry: entryStateSchema,
  /** The view of the catalog that our entry asks for. */
  profile: z.string().optional(),
  /** Why the file cannot be read or written. */
  problem: problemSchema.optional(),
  /** When we wrote the entry (epoch ms); absent where somebody else did. */
  connectedAt: z.number().optional(),
  takesEffect: z.enum(['restart', 'new_session', 'reload', 'at_once']),
});
export type ClientFile = z.output<typeof clientFileSchema>;

/** A line of what would change. `gap`: lines in between that stay as they are. */
export const diffLineSchema = z.object({
  kind: z.enum(['same', 'add', 'remove', 'gap']),
  text: z.string(),
  /** The number of the line in the file as it is, or as it would be for an added one. */
  line: z.number().optional(),
});
export type DiffLine = z.output<typeof diffLineSchema>;

export const clientPlanSchema = z.object({
  client: clientAppIdSchema,
  file: z.string(),
  /** `create`: the file is new. `none`: it says so already. */
  change: z.enum(['create', 'add', 'replace', 'remove', 'restore', 'none']),
  lines: z.array(diffLineSchema),
  /** SHA-256 of the file as it was looked at, in hex; empty where there is none. Given back to carry the plan out. */
  hash: z.string(),
  /** Where the file as it is will be kept; absent where there is nothing to keep. */
  backup: z.string().optional(),
  takesEffect: z.enum(['restart', 'new_session', 'reload', 'at_once']),
});
export type ClientPlan = z.output<typeof clientPlanSchema>;

export const removalSchema = z.object({
  client: clientAppIdSchema,
  file: z.string(),
  /** `restored`: the file is as it was before us, to the byte. `removed`: only our entry was taken out. */
  outcome: z.enum(['restored', 'removed', 'failed']),
  problem: problemSchema.optional(),
});
export type Removal = z.output<typeof removalSchema>;

export const HOPS = ['entry', 'command', 'endpoint', 'server', 'tool'] as const;
export type HopName = (typeof HOPS)[number];

/** One link of the chain client → endpoint → server → tool. */
export const hopSchema = z.object({
  hop: z.enum(HOPS),
  state: z.enum(['running', 'ok', 'failed']),
  ms: z.number().optional(),
  /** What was met there: a program, a version, the name of a server or tool. */
  subject: z.string().optional(),
  /** Tools that are listed, where that is what was met. */
  count: z.number().optional(),
  /** `tool`: no tool could be called without effect or argument, so that the list has to do. */
  listed: z.boolean().optional(),
  fault: problemSchema.optional(),
});
export type Hop = z.output<typeof hopSchema>;
