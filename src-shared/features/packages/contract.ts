import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { serverNameSchema } from '../servers/config.ts';
import { MAX_NOTES, packageNameSchema, PLATFORMS, RUNTIMES, versionSchema } from './release.ts';
import { channelSchema } from './log.ts';
import { userSettingSchema } from './manifest.ts';
import { permissionsSchema } from './permissions.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'the id of a release');
/** `z6Mk…/files`; that of packages from a centralized registry begins with its kind, `npm/…`. */
const idSchema = z.string().min(3).max(300);
const byId = z.object({ id: idSchema });
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
  problem?: string | undefined;
  dependencies: DependencyNode[];
}
const dependencyNodeSchema: z.ZodType<DependencyNode> = z.lazy(() =>
  z.object({
    id: idSchema,
    version: z.string(),
    release: hex,
    installed: z.boolean(),
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
  wider: permissionsSchema.partial().optional(),
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
  problem: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
  foreign: z.boolean(),
});
export type InstalledPackage = z.output<typeof installedPackageSchema>;

export const generationSchema = z.object({
  generation: z.number().int(),
  at,
  version: z.string(),
  release: hex,
  reason: z.enum(['install', 'update', 'configure', 'rollback', 'automatic_rollback']),
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
  /** From the start of the process to its first list of tools, in ms; and its memory then, in bytes. */
  startMs: z.number().optional(),
  memoryBytes: z.number().optional(),
  sandboxed: z.boolean(),
});
export type CheckReport = z.output<typeof checkReportSchema>;

/** A folder or an `.mcpb` on the node's machine. */
const source = z.object({ path: z.string().min(1).max(4096) });
const accepted = {
  settings: settingsSchema.default({}),
  secretValues: z.record(z.string(), z.string().max(65_536)).default({}),
  /** The permissions that were shown are what is agreed to: the id of the release names them. */
  release: hex,
  /** Although its publisher has not stood for it lately. */
  acceptStale: z.boolean().default(false),
  /** Although it fetches code when it starts. */
  acceptFetchedCode: z.boolean().default(false),
};

export const packagesContract = {
  'packages.search': query(
    'Packages that peers publish, as far as this node has heard; the best match first.',
    z.object({
      text: z.string().max(200).default(''),
      limit: z.number().int().min(1).max(200).default(50),
      /** Only what this machine's platform can run. */
      runnable: z.boolean().default(false),
    }),
    z.object({ items: z.array(packageSummarySchema), total: z.number().int() }),
  ),
  'packages.show': query(
    'One package with all its versions. Its history is fetched and verified where it is not known yet.',
    byId,
    packageDetailsSchema,
  ),
  'packages.publisher': query(
    'What one provider publishes.',
    z.object({ provider: z.string().max(64) }),
    z.object({ publisher: publisherSchema, items: z.array(packageSummarySchema) }),
  ),
  'packages.review': query(
    'Everything to know before a release is installed: who signs it, what it may touch, its tools, what it needs and depends on. Nothing is installed.',
    /** The id of a package with or without `@version`, the id of a release, or a link. */
    z.object({ what: z.string().min(1).max(2000), channel: channelSchema.default('stable') }),
    reviewSchema,
  ),
  'packages.install': command(
    'Fetches, verifies and installs a release with what it depends on, and starts its server. An installed package is brought to that release.',
    z.object({ ...accepted, server: serverNameSchema.optional() }),
    installedPackageSchema,
  ),
  'packages.installFile': command(
    'Installs an .mcpb or folder of this machine that nobody signed, in the sandbox and marked as foreign.',
    source.extend({
      settings: accepted.settings,
      secretValues: accepted.secretValues,
      permissions: permissionsSchema.optional(),
      server: serverNameSchema.optional(),
    }),
    installedPackageSchema,
  ),
  'packages.installed': query(
    'Packages that are installed here, with updates that are known.',
    z.object({}),
    z.object({ items: z.array(installedPackageSchema) }),
  ),
  'packages.watch': stream(
    'Packages that are installed here, again whenever something changed.',
    z.object({}),
    z.object({ items: z.array(installedPackageSchema) }),
  ),
  'packages.history': query(
    'What was installed, changed and taken back of a package, newest first.',
    byId,
    z.object({ items: z.array(generationSchema) }),
  ),
  'packages.rollback': command(
    'Goes back to an earlier generation of a package in one step; grants and secrets that were given since are taken back.',
    byId.extend({ generation: z.number().int().min(1).optional() }),
    z.object({
      version: z.string(),
      generation: z.number().int(),
      grantsRevoked: z.number().int(),
      secretsRemoved: z.array(z.string()),
      /** How long the switch took, in ms. */
      tookMs: z.number(),
    }),
  ),
  'packages.configure': command(
    'Changes the settings of an installed package; secrets that are not named stay.',
    byId.extend({ settings: accepted.settings, secretValues: accepted.secretValues }),
    installedPackageSchema,
  ),
  'packages.setPolicy': command(
    'Says when updates of a package are taken without asking.',
    byId.extend({ policy: updatePolicySchema }),
    installedPackageSchema,
  ),
  'packages.pin': command(
    'Shows one profile a version of its own of a package, or the current one again.',
    byId.extend({ profile: z.string().max(64), release: hex.nullable() }),
    installedPackageSchema,
  ),
  'packages.checkUpdates': command(
    'Asks peers whether there is anything newer.',
    z.object({}),
    z.object({ items: z.array(installedPackageSchema) }),
  ),
  'packages.remove': command(
    'Removes a package with its server and its versions; its data too, unless they are to be kept.',
    byId.extend({ keepData: z.boolean().default(false) }),
    z.object({}),
  ),
  'packages.verify': command(
    'Reads everything that is kept of packages, and mends from peers what was damaged.',
    z.object({}),
    z.object({ checked: z.number().int(), mended: z.number().int(), damaged: z.array(z.string()) }),
  ),
  'packages.transfers': stream(
    'Bundles that are being fetched or given away.',
    z.object({}),
    z.object({ items: z.array(transferSchema) }),
  ),
  'packages.sandbox': query(
    'How packages are confined on this machine.',
    z.object({}),
    z.object({
      usable: z.boolean(),
      kind: z.enum(['sandbox-runtime', 'container', 'none']),
      version: z.string().optional(),
      warnings: z.array(z.string()),
      problems: z.array(z.string()),
    }),
  ),
  'packages.init': command(
    'Writes a manifest.json for the server in a folder, with what can be found out about it. What is there already stays.',
    source.extend({ name: packageNameSchema.optional() }),
    z.object({ path: z.string(), created: z.array(z.string()) }),
  ),
  'packages.check': command(
    'Tries a package before it is published: its manifest, its server in the sandbox, its tools, how long it takes to start.',
    source,
    checkReportSchema,
  ),
  'packages.publish': command(
    'Signs a release of a package, keeps its pieces for peers and announces it. It must have passed its check.',
    source.extend({
      channel: channelSchema.default('stable'),
      notes: z.string().max(MAX_NOTES).default(''),
    }),
    z.object({ id: idSchema, version: z.string(), release: hex, cid: z.string(), link: z.string() }),
  ),
  'packages.published': query(
    'Packages that this node publishes.',
    z.object({}),
    z.object({ items: z.array(packageDetailsSchema.extend({ sentBytes: z.number() })) }),
  ),
  'packages.setChannel': command(
    'Moves a published version to another channel.',
    z.object({ name: packageNameSchema, version: versionSchema, channel: channelSchema }),
    packageDetailsSchema,
  ),
  'packages.withdraw': command(
    'Says that a published version should be used no longer; who has it is told. Without a version, the package is offered no longer.',
    z.object({
      name: packageNameSchema,
      version: versionSchema.optional(),
      reason: z.string().max(300).default(''),
    }),
    z.object({}),
  ),
  'packages.link': query(
    'A link to a release that others can open.',
    z.object({ release: hex }),
    z.object({ link: z.string(), cid: z.string() }),
  ),
};
