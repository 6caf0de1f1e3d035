import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import {
  declaredServerSchema,
  declaredTransportSchema,
  serverConfigSchema,
  serverNameSchema,
  serverStateSchema,
} from './config.ts';
import { loginContract, loginViewSchema } from './login.ts';

export const serverViewSchema = serverConfigSchema.extend({
  state: serverStateSchema,
  /** Why it is not running, in a sentence. */
  problem: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
  /** Logins at a remote server that asks for one, one for each profile that has its own. */
  logins: z.array(loginViewSchema).optional(),
  pid: z.number().optional(),
  startedAt: z.number().optional(),
  restarts: z.number(),
  /** What the server says of itself. */
  serverInfo: z.object({ name: z.string(), title: z.string().optional(), version: z.string() }).optional(),
  protocolVersion: z.string().optional(),
  era: z.enum(['legacy', 'modern']).optional(),
  toolCount: z.number(),
  promptCount: z.number(),
  resourceCount: z.number(),
});
export type ServerView = z.output<typeof serverViewSchema>;

export const logLineSchema = z.object({
  at: z.number(),
  stream: z.enum(['stderr', 'event']),
  text: z.string(),
});

export const importCandidateSchema = z.object({
  config: declaredServerSchema
    .extend({ secretValues: z.record(z.string(), z.string()).optional() })
    .optional(),
  name: z.string(),
  /** Already present here, or not possible: the reason as a sentence. */
  problem: z.string().optional(),
  /** Names of secrets whose values the file does not hold: with `values` for them it can be added all the same. */
  missing: z.array(z.string()).optional(),
});

/** What may be changed of a server. What is absent stays as it is. */
export const serverChangeSchema = z.object({
  /** Its name from now on. */
  rename: serverNameSchema.optional(),
  transport: serverConfigSchema.shape.transport.optional(),
  /** All plain variables or headers, instead of those before. */
  env: z.record(z.string(), z.string()).optional(),
  interaction: z.enum(['auto', 'on', 'off']).optional(),
  /** An empty text removes it; so does that of `description`. */
  title: z.string().max(120).optional(),
  description: z.string().max(1000).optional(),
  tags: z.array(z.string().max(40)).max(16).optional(),
  /** Secrets that get a value or another one. All others keep theirs. */
  secretValues: z.record(z.string(), z.string()).default({}),
  removeSecrets: z.array(z.string()).max(256).default([]),
});
export type ServerChange = z.output<typeof serverChangeSchema>;

const byName = z.object({ name: serverNameSchema });

export const serversContract = {
  ...loginContract,
  'servers.list': query(
    'The MCP servers of this node.',
    z.object({}),
    z.object({ items: z.array(serverViewSchema) }),
  ),
  'servers.get': query('One MCP server of this node.', byName, serverViewSchema),
  'servers.add': command(
    'Adds an MCP server, starts it once and reads its tools. Adding approves its tools for this machine’s clients.',
    declaredServerSchema.extend({ secretValues: z.record(z.string(), z.string()).default({}) }),
    serverViewSchema,
  ),
  'servers.update': command(
    'Changes a server. The new configuration is started once before the old one is given up; where it does not start, the old one stays, unless `unchecked`.',
    byName
      .extend(serverChangeSchema.shape)
      .extend({ transport: declaredTransportSchema.optional(), unchecked: z.boolean().default(false) }),
    serverViewSchema,
  ),
  'servers.remove': command('Ends and removes a server, its sharing and its secrets.', byName, z.object({})),
  'servers.start': command('Starts a server now instead of on first use.', byName, serverViewSchema),
  'servers.stop': command(
    'Stops a server; calls in flight end with an error. It stays off until started.',
    byName,
    serverViewSchema,
  ),
  'servers.restart': command('Stops and starts a server.', byName, serverViewSchema),
  'servers.logs': query(
    'The newest lines the server wrote to stderr, and what happened to its process.',
    byName.extend({ limit: z.number().int().min(1).max(2000).default(200) }),
    z.object({ items: z.array(logLineSchema) }),
  ),
  'servers.followLogs': stream('New log lines of a server as they come.', byName, logLineSchema),
  'servers.watch': stream(
    'All servers, again whenever something changed.',
    z.object({}),
    z.object({ items: z.array(serverViewSchema) }),
  ),
  'servers.importSources': query(
    'Files of other MCP managers on this machine that servers can be taken over from; those of AI clients are told by `clients.detect`.',
    z.object({}),
    z.object({ items: z.array(z.object({ manager: z.enum(['docker-mcp', 'mcp-hub']), path: z.string() })) }),
  ),
  'servers.previewImport': query(
    'Reads the MCP servers out of a configuration file of an AI client, of another MCP manager, or a server.json.',
    z.object({
      path: z.string().max(4096).optional(),
      text: z.string().max(1_048_576).optional(),
      format: z.string().optional(),
    }),
    z.object({ format: z.string(), items: z.array(importCandidateSchema) }),
  ),
  'servers.import': command(
    'Adds the servers of a configuration file; what cannot be taken over is listed with the reason.',
    z.object({
      path: z.string().max(4096).optional(),
      text: z.string().max(1_048_576).optional(),
      format: z.string().optional(),
      names: z.array(z.string()).optional(),
      /** Values of secrets that the file does not hold: server name → name → value. */
      values: z.record(z.string(), z.record(z.string(), z.string().max(65_536))).default({}),
    }),
    z.object({
      added: z.array(z.string()),
      skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
    }),
  ),
};
