/** How to reach or start an MCP server: what an operator declares, kept without the values of its secrets. */
import { z } from 'zod';
import { SERVER_NAME } from '../../kernel/ids.ts';

export const serverNameSchema = z
  .string()
  .regex(SERVER_NAME, 'lower-case letters, digits, - and _, at most 31, starting with a letter or digit');

export const stdioTransportSchema = z.object({
  type: z.literal('stdio'),
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(65_536)).max(256).default([]),
  cwd: z.string().max(4096).optional(),
});

export const httpTransportSchema = z.object({
  type: z.literal('http'),
  url: z.url({ protocol: /^https?$/ }),
});

/** The server of an installed package: how it is started follows from the package, each time anew. */
export const packageTransportSchema = z.object({
  type: z.literal('package'),
  package: z.string().max(300),
  /** Id of the release that runs. */
  release: z.string().max(64),
  /** The state of the package that it runs in; settings are part of it. */
  generation: z.number().int().min(1),
});
export type PackageTransport = z.output<typeof packageTransportSchema>;

/** What a person declares himself. */
export const declaredTransportSchema = z.discriminatedUnion('type', [
  stdioTransportSchema,
  httpTransportSchema,
]);

export const serverConfigSchema = z.object({
  name: serverNameSchema,
  transport: z.discriminatedUnion('type', [
    stdioTransportSchema,
    httpTransportSchema,
    packageTransportSchema,
  ]),
  /** Environment of the process (stdio) or headers (HTTP) in plain sight. Nothing else of ours is inherited but PATH, HOME and the locale. */
  env: z.record(z.string(), z.string()).default({}),
  /**
   * Names of variables or headers whose values are kept in the keystore. `${NAME}` in `args`, `env` or the URL stands
   * for such a value; a secret used that way is not also sent under its own name.
   */
  secrets: z.array(z.string()).default([]),
  /**
   * Whether the server may ask its client (sampling, elicitation, roots): `auto` finds out, `on` runs one process
   * per client session, `off` shares one process and declares no such capability.
   */
  interaction: z.enum(['auto', 'on', 'off']).default('auto'),
  enabled: z.boolean().default(true),
  /** What the operator calls it, to people; absent: what it calls itself. */
  title: z.string().max(120).optional(),
  description: z.string().max(1000).optional(),
  tags: z.array(z.string().max(40)).max(16).default([]),
});
export type ServerConfig = z.output<typeof serverConfigSchema>;

/** A server that a person adds. */
export const declaredServerSchema = serverConfigSchema.extend({ transport: declaredTransportSchema });

/** Runs or not, and why. `idle` starts on first use. */
export const serverStateSchema = z.enum(['idle', 'starting', 'running', 'backoff', 'failed', 'disabled']);
export type ServerState = z.output<typeof serverStateSchema>;
