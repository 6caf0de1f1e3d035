/**
 * What the schema of `server.json` of 2025-12-11 and the description of `GET /v0.1/servers` ask for, as far as a registry
 * without packages of its own can break it. Strict where they are: every limit stands as it stands there.
 */
import { z } from 'zod';

const input = z.object({
  description: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  value: z.string().optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
  choices: z.array(z.string()).optional(),
});

const keyValue = input.extend({ name: z.string(), variables: z.record(z.string(), input).optional() });

/** JSON Schema counts characters, JavaScript counts halves of some. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .refine((given) => Array.from(given).length <= longest, `at most ${longest} characters`);

const remote = z.strictObject({
  type: z.enum(['streamable-http', 'sse']),
  url: z.string().regex(/^(https?:\/\/[^\s]+|\{[a-zA-Z_][a-zA-Z0-9_]*\}[^\s]*)$/),
  headers: z.array(keyValue).optional(),
  variables: z.record(z.string(), input).optional(),
});

const localTransport = z.union([
  z.strictObject({ type: z.literal('stdio') }),
  remote.omit({ variables: true }),
]);

const packageSchema = z.strictObject({
  registryType: z.string(),
  registryBaseUrl: z.url().optional(),
  identifier: z.string(),
  version: z
    .string()
    .min(1)
    .max(255)
    .refine((version) => version !== 'latest')
    .optional(),
  fileSha256: z
    .string()
    .regex(/^[a-f0-9]{64}$/)
    .optional(),
  transport: localTransport,
});

export const serverJsonSchema = z.strictObject({
  $schema: z.url(),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  description: text(100),
  title: text(100).optional(),
  version: z
    .string()
    .max(255)
    .refine((version) => !/^[\^~<>=]|^latest$|(^|\.)[xX*](\.|$)|\s|\|/.test(version)),
  websiteUrl: z.url().optional(),
  remotes: z.array(remote).optional(),
  packages: z.array(packageSchema).optional(),
  _meta: z.record(z.string().regex(/^[a-z0-9.-]+\/[a-z0-9-]+$/), z.looseObject({})).optional(),
});

export const serverResponseSchema = z.strictObject({
  server: serverJsonSchema,
  _meta: z.strictObject({
    'io.modelcontextprotocol.registry/official': z.strictObject({
      status: z.enum(['active', 'deprecated', 'deleted']),
      publishedAt: z.iso.datetime(),
      updatedAt: z.iso.datetime(),
      isLatest: z.boolean(),
    }),
  }),
});

export const serverListSchema = z.strictObject({
  servers: z.array(serverResponseSchema),
  metadata: z.strictObject({ count: z.number().int(), nextCursor: z.string().min(1).optional() }),
});
