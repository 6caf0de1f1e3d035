import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { serverNameSchema } from '../servers/config.ts';
import { describedPackageSchema } from './described.ts';
import { channelSchema } from './log.ts';
import { permissionsSchema } from './permissions.ts';
import { MAX_NOTES, packageNameSchema, versionSchema } from './release.ts';
import {
  checkReportSchema,
  generationSchema,
  installedPackageSchema,
  installedSettingsSchema,
  packageDetailsSchema,
  packageIdSchema,
  packageSummarySchema,
  publisherSchema,
  releaseIdSchema,
  reviewSchema,
  settingsSchema,
  transferSchema,
  updatePolicySchema,
} from './views.ts';

export type * from './views.ts';

const hex = releaseIdSchema;
const idSchema = packageIdSchema;
const byId = z.object({ id: idSchema });

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

/** With what it is tried: many servers do not start without. Nothing of it is published. */
const tried = { settings: accepted.settings, secretValues: accepted.secretValues };

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
  'packages.installListed': command(
    'Brings a package of a centralized registry here as a bundle, without running anything of it, and installs it in the sandbox, marked as foreign.',
    z.object({
      package: describedPackageSchema,
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
  'packages.settings': query(
    'What an installed package can be told, and what it was told.',
    byId,
    installedSettingsSchema,
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
    source.extend(tried),
    checkReportSchema,
  ),
  'packages.publish': command(
    'Signs a release of a package, keeps its pieces for peers and announces it. It must have passed its check.',
    source.extend({
      ...tried,
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
