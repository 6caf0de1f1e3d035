/** What a person and a program are shown of packages. */
import { z } from 'zod';
import { serverNameSchema } from '../servers/config.ts';
import { channelSchema } from './log.ts';
import { userSettingSchema } from './manifest.ts';
import { type Permissions, permissionsSchema } from './permissions.ts';
import { packageNameSchema, PLATFORMS, RUNTIMES } from './release.ts';

export const releaseIdSchema = z.string().regex(/^[0-9a-f]{64}$/, 'the id of a release');
/** `z6Mk…/files`; that of packages from a centralized registry begins with its kind, `npm/…`. */
export const packageIdSchema = z.string().min(3).max(300);
const hex = releaseIdSchema;
const idSchema = packageIdSchema;
const at = z.number();

/** Something that a person should know before he says yes; the interface has a sentence for each code. */
export const warningSchema = z.object({
  code: z.enum([
    'stale',
    'unknown_publisher',
    'lookalike',
    'fetches_code',
    'withdrawn',
    'foreign',
    'hidden_characters',
    'instructions',
    'missing_schema',
    'old_sandbox',
    'prerelease',
  ]),
  /** What it is about: a tool, another package. */
  subject: z.string().optional(),
  detail: z.string().optional(),
});
export type PackageWarning = z.output<typeof warningSchema>;

export const publisherSchema = z.object({
  provider: z.string(),
  /** What he calls himself; a label. */
  name: z.string().optional(),
  tier: z.string(),
  self: z.boolean(),
});

export type PublisherView = z.output<typeof publisherSchema>;

export const packageSummarySchema = z.object({
  id: idSchema,
  publisher: publisherSchema,
  name: packageNameSchema,
  title: z.string(),
  description: z.string(),
  /** Newest of the stable channel, else of beta. */
  version: z.string(),
  tags: z.array(z.string()),
  license: z.string(),
  runtime: z.enum(RUNTIMES),
  platforms: z.array(z.enum(PLATFORMS)),
  /** Whether this machine's platform is among them. */
  runsHere: z.boolean(),
  /** Bytes of the newest bundle. */
  size: z.number(),
  tools: z.number(),
  /** When its publisher last stood for it. */
  heardAt: at,
  /** The version that is current here. */
  installed: z.string().optional(),
  warnings: z.array(warningSchema),
});
export type PackageSummary = z.output<typeof packageSummarySchema>;

export const packageVersionSchema = z.object({
  version: z.string(),
  channel: channelSchema,
  release: hex,
  releasedAt: at,
  /** Why it should be used no longer. */
  withdrawn: z.string().optional(),
  /** Whether its bundle lies here, so that it can be had without the network. */
  kept: z.boolean(),
  installed: z.boolean(),
});

/**
 * `good`: its history is what it always was. `rewritten`: its publisher told two histories; nothing of it is installed or
 * updated. `ended`: its publisher offers it no longer.
 */
export const packageStateSchema = z.enum(['good', 'rewritten', 'ended']);

export const packageDetailsSchema = packageSummarySchema.extend({
  state: packageStateSchema,
  /** Newest first. */
  versions: z.array(packageVersionSchema),
});
export type PackageDetails = z.output<typeof packageDetailsSchema>;

export const requirementSchema = z.object({
  kind: z.enum(['platform', 'runtime', 'memory', 'disk', 'sandbox', 'dependency']),
  met: z.boolean(),
  /** What is needed, and what is there. */
  needed: z.string(),
  found: z.string(),
});
export type Requirement = z.output<typeof requirementSchema>;

export const reviewToolSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string(),
  fingerprint: z.string(),
  /** Against the version that is installed. */
  change: z.enum(['new', 'changed', 'same', 'removed']),
  /** The description before, where it changed. */
  before: z.string().optional(),
  /** Whether it says that it changes nothing, or that it may destroy something. */
  readOnly: z.boolean(),
  destructive: z.boolean(),
});

export interface DependencyNode {
  id: string;
  version: string;
  release: string;
  installed: boolean;
  /** What it may touch; absent where it could not be read. */
  permissions?: Permissions | undefined;
  problem?: string | undefined;
  dependencies: DependencyNode[];
}
const dependencyNodeSchema: z.ZodType<DependencyNode> = z.lazy(() =>
  z.object({
    id: idSchema,
    version: z.string(),
    release: hex,
    installed: z.boolean(),
    permissions: permissionsSchema.optional(),
    problem: z.string().optional(),
    dependencies: z.array(dependencyNodeSchema),
  }),
);

/** A value of a setting; those of secrets are never told. */
export const settingValueSchema = z.union([
  z.string().max(8192),
  z.number(),
  z.boolean(),
  z.array(z.string().max(8192)).max(64),
]);
export type SettingValue = z.output<typeof settingValueSchema>;
export const settingsSchema = z.record(z.string().max(64), settingValueSchema);
export type PackageSettings = z.output<typeof settingsSchema>;

/** What an installed package can be told by its operator, and what it was told; of secrets the names alone. */
export const installedSettingsSchema = z.object({
  settings: z.record(z.string(), userSettingSchema),
  values: settingsSchema,
  secretsSet: z.array(z.string()),
});
export type InstalledSettings = z.output<typeof installedSettingsSchema>;

/** Without defaults: what is absent is not wider. */
const wideningSchema = z.object({
  hosts: z.array(z.string()),
  read: z.array(z.string()),
  write: z.array(z.string()),
  memoryMb: z.number().optional(),
  processes: z.number().optional(),
});

export const reviewSchema = z.object({
  release: hex,
  id: idSchema,
  publisher: publisherSchema,
  name: packageNameSchema,
  version: z.string(),
  channel: channelSchema,
  title: z.string(),
  description: z.string(),
  license: z.string(),
  notes: z.string(),
  releasedAt: at,
  /** CID of the bundle. */
  cid: z.string(),
  size: z.number(),
  /** Bytes that must be fetched still. */
  toFetch: z.number(),
  permissions: permissionsSchema,
  /** What it may touch that the installed version may not; absent: nothing, or nothing is installed. */
  wider: wideningSchema.optional(),
  tools: z.array(reviewToolSchema),
  settings: z.record(z.string(), userSettingSchema),
  /** Values that are set already; secrets by name alone. */
  values: settingsSchema,
  secretsSet: z.array(z.string()),
  requirements: z.array(requirementSchema),
  dependencies: z.array(dependencyNodeSchema),
  warnings: z.array(warningSchema),
  /** The installed version, where there is one. */
  installed: z.object({ version: z.string(), release: hex }).optional(),
  /** What a use costs; `free` until prices exist. */
  price: z.literal('free'),
});
export type PackageReview = z.output<typeof reviewSchema>;

/** When updates are taken without asking. Wider permissions and changed tools are asked about all the same. */
export const updatePolicySchema = z.object({
  take: z.enum(['manual', 'patch', 'minor']).default('manual'),
  channel: channelSchema.default('stable'),
  /** Trusted peers who run it already, and for how long. */
  afterPeers: z.number().int().min(0).max(100).default(0),
  afterHours: z
    .number()
    .int()
    .min(0)
    .max(24 * 365)
    .default(0),
});
export type UpdatePolicy = z.output<typeof updatePolicySchema>;

export const installedPackageSchema = z.object({
  id: idSchema,
  publisher: publisherSchema,
  name: packageNameSchema,
  title: z.string(),
  /** The server that runs it. */
  server: serverNameSchema,
  version: z.string(),
  release: hex,
  generation: z.number().int(),
  installedAt: at,
  size: z.number(),
  permissions: permissionsSchema,
  policy: updatePolicySchema,
  /** Profiles that see another version than the current one. */
  pins: z.array(
    z.object({ profile: z.string(), version: z.string(), release: hex, server: serverNameSchema }),
  ),
  /** Other versions that lie here whole. */
  kept: z.array(z.object({ version: z.string(), release: hex, size: z.number() })),
  update: z.object({ version: z.string(), release: hex, wider: z.boolean(), major: z.boolean() }).optional(),
  /** What stands in the way of running or updating it. */
  problem: z
    .object({
      code: z.string(),
      message: z.string(),
      advice: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  foreign: z.boolean(),
});
export type InstalledPackage = z.output<typeof installedPackageSchema>;

export const generationSchema = z.object({
  generation: z.number().int(),
  at,
  version: z.string(),
  release: hex,
  /** `pin`: for profiles that were given a version of their own; it was never the current one. */
  reason: z.enum(['install', 'update', 'configure', 'rollback', 'automatic_rollback', 'pin']),
  /** The generation that was gone back to. */
  of: z.number().int().optional(),
  current: z.boolean(),
  /** Whether going back to it needs no network. */
  kept: z.boolean(),
});
export type PackageGeneration = z.output<typeof generationSchema>;

export const transferSchema = z.object({
  /** CID of the bundle. */
  cid: z.string(),
  id: idSchema,
  version: z.string(),
  direction: z.enum(['fetch', 'seed']),
  state: z.enum(['active', 'stalled', 'done']),
  bytes: z.number(),
  total: z.number(),
  /** Bytes a second over the last seconds. */
  rate: z.number(),
  pieces: z.number().int(),
  /** Bitmap as base64url; bit 7 of byte 0 is piece 0. */
  have: z.string(),
  peers: z.array(
    z.object({
      peer: z.string(),
      bytes: z.number(),
      inFlight: z.number().int(),
      state: z.enum(['active', 'cooling', 'banned', 'given_up']),
    }),
  ),
});
export type PackageTransfer = z.output<typeof transferSchema>;

/** One thing that `check` found. */
export const findingSchema = z.object({
  level: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  message: z.string(),
  /** File, tool or field. */
  subject: z.string().optional(),
});
export type Finding = z.output<typeof findingSchema>;

export const checkReportSchema = z.object({
  ok: z.boolean(),
  name: z.string(),
  version: z.string(),
  findings: z.array(findingSchema),
  files: z.number().int(),
  size: z.number(),
  tools: z.array(z.object({ name: z.string(), description: z.string() })),
  permissions: permissionsSchema,
  /** What its operator will be asked. */
  settings: z.record(z.string(), userSettingSchema),
  /** From the start of the process to its first list of tools, in ms; and its memory then, in bytes. */
  startMs: z.number().optional(),
  memoryBytes: z.number().optional(),
  sandboxed: z.boolean(),
});
export type CheckReport = z.output<typeof checkReportSchema>;
