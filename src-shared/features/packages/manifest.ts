/**
 * `manifest.json` of an MCPB bundle (manifest versions 0.1 to 0.4), as far as we read it; what is ours lies under
 * `_meta["io.toolswarm"]`. The manifest is the publisher's word: a release says the same or is refused.
 */
import { z } from 'zod';
import { fromHex } from '../../kernel/bytes.ts';
import { AppError } from '../../kernel/errors.ts';
import { isProviderId } from '../../kernel/ids.ts';
import { permissionsSchema } from './permissions.ts';
import { packageNameSchema, PLATFORMS, type Release, RUNTIMES, versionSchema } from './release.ts';

export const MANIFEST_FILE = 'manifest.json';
export const MAX_MANIFEST_BYTES = 256 * 1024;
export const OURS = 'io.toolswarm';

const commandSchema = z.object({
  command: z.string().min(1).max(1024),
  args: z.array(z.string().max(8192)).max(64).default([]),
  env: z.record(z.string().max(128), z.string().max(8192)).default({}),
});

/** One setting that the operator fills in. */
export const userSettingSchema = z.object({
  type: z.enum(['string', 'number', 'boolean', 'directory', 'file']),
  title: z.string().max(120),
  description: z.string().max(1000).default(''),
  required: z.boolean().default(false),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  multiple: z.boolean().default(false),
  /** A secret: kept in the keystore, never shown. */
  sensitive: z.boolean().default(false),
  min: z.number().optional(),
  max: z.number().optional(),
});
export type UserSetting = z.output<typeof userSettingSchema>;

const oursSchema = z.object({
  permissions: permissionsSchema.default(() => permissionsSchema.parse({})),
  dependencies: z
    .array(
      z.object({
        provider: z.string().refine(isProviderId, 'a provider id'),
        name: packageNameSchema,
        version: versionSchema,
        release: z.string().regex(/^[0-9a-f]{64}$/, 'the id of a release'),
      }),
    )
    .max(16)
    .default([]),
  /** It fetches code when it starts. */
  fetchesCode: z.boolean().default(false),
});

export const manifestSchema = z.looseObject({
  manifest_version: z.string().max(8).optional(),
  name: packageNameSchema,
  display_name: z.string().max(120).optional(),
  version: versionSchema,
  description: z.string().max(2000),
  long_description: z.string().max(100_000).optional(),
  author: z.looseObject({ name: z.string().max(120) }),
  homepage: z.string().max(1000).optional(),
  documentation: z.string().max(1000).optional(),
  license: z.string().max(60).optional(),
  keywords: z.array(z.string().max(40)).max(64).default([]),
  server: z.looseObject({
    type: z.enum(RUNTIMES),
    entry_point: z.string().min(1).max(400),
    mcp_config: commandSchema.extend({
      platform_overrides: z.record(z.string(), commandSchema.partial()).optional(),
    }),
  }),
  compatibility: z
    .looseObject({
      platforms: z.array(z.enum(PLATFORMS)).max(PLATFORMS.length).optional(),
      runtimes: z
        .looseObject({ node: z.string().max(64).optional(), python: z.string().max(64).optional() })
        .optional(),
    })
    .optional(),
  user_config: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/), userSettingSchema).default({}),
  _meta: z.looseObject({ [OURS]: oursSchema.optional() }).optional(),
});
export type PackageManifest = z.output<typeof manifestSchema>;

/** Throws `packages.bad_manifest` with the first thing that is wrong, and where. */
export function readPackageManifest(bytes: Uint8Array): PackageManifest {
  let why = 'it is not JSON';
  try {
    const parsed = manifestSchema.safeParse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown,
    );
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  } catch (cause) {
    throw badManifest(why, cause);
  }
  throw badManifest(why);
}

const badManifest = (why: string, cause?: unknown): AppError =>
  new AppError('packages.bad_manifest', `The package’s manifest.json cannot be used (${why}).`, {
    advice: 'Its author must correct it; `toolswarm packages check` tells what is wrong.',
    details: { why },
    cause,
  });

type Derived = Pick<
  Release,
  'name' | 'version' | 'permissions' | 'dependencies' | 'runtime' | 'platforms' | 'fetchesCode'
>;

/** What a release must say of a bundle with this manifest. */
export function derivedFrom(manifest: PackageManifest): Derived {
  const { compatibility, name, server, version } = manifest;
  const ours = manifest._meta?.[OURS] ?? oursSchema.parse({});
  const requires = server.type === 'binary' ? undefined : compatibility?.runtimes?.[server.type];
  return {
    name,
    version,
    permissions: ours.permissions,
    dependencies: ours.dependencies.map(({ release, ...rest }) => ({ ...rest, release: fromHex(release) })),
    runtime: { type: server.type, ...(requires ? { requires } : {}) },
    platforms: compatibility?.platforms ?? [],
    fetchesCode: ours.fetchesCode,
  };
}
