/** Everything to know before a release is installed, gathered from what was signed. Nothing is installed by looking. */
import semver from 'semver';
import { z } from 'zod';
import { bundleCid } from '#shared/features/packages/bundle.ts';
import { hasInstructions } from '#shared/features/packages/lint.ts';
import type { Channel, LoggedVersion } from '#shared/features/packages/log.ts';
import { type PackageManifest, readPackageManifest } from '#shared/features/packages/manifest.ts';
import { isWider, type Permissions, wideningOf } from '#shared/features/packages/permissions.ts';
import { type PackageId, packageId, type Release } from '#shared/features/packages/release.ts';
import type {
  DependencyNode,
  InstalledSettings,
  PackageReview,
  PackageWarning,
  Requirement,
} from '#shared/features/packages/views.ts';
import { warningsOf } from '#shared/features/registry/text.ts';
import { fingerprintOf, type Tool, toolSchema } from '#shared/features/registry/tool.ts';
import { fromUtf8, toHex } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Documents } from './documents.ts';
import { type Heard, type Histories, newestOf, type VerifiedRelease } from './histories.ts';
import type { Generations } from './install/generations.ts';
import { type Machine, requirementsOf } from './install/requirements.ts';
import type { Vaults } from '../servers/index.ts';
import type { Bundles } from './store/bundles.ts';
import type { Releases } from './store/releases.ts';
import type { Views } from './views.ts';

/** Dependencies of dependencies of …, and all of them together. */
const MAX_DEPTH = 8;
const MAX_NODES = 64;

export interface ReviewDeps {
  histories: Histories;
  documents: Documents;
  generations: Generations;
  releases: Releases;
  bundles: Bundles;
  vaults: Vaults;
  views: Views;
  machine(): Promise<Machine>;
}

export interface Reviewed {
  review: PackageReview;
  verified: VerifiedRelease;
  manifest: PackageManifest;
  tools: Tool[];
}

const toolsSchema = z.array(toolSchema).max(10_000);

export function createReviewing(deps: ReviewDeps) {
  const { bundles, documents, generations, histories, releases, vaults, views } = deps;

  async function documentsOf({ id, release }: VerifiedRelease, signal?: AbortSignal) {
    const { provider } = histories.heardOf(id) ?? {};
    const [manifest, tools] = await Promise.all([
      documents.fetch(release.manifest, { provider, signal }),
      documents.fetch(release.tools, { provider, signal }),
    ]);
    return { manifest: readPackageManifest(manifest), tools: readTools(tools) };
  }

  /** Tools of the installed version, by name. */
  function toolsBefore(id: PackageId): Map<string, Tool> {
    const current = generations.current(id);
    const hash = current && releases.get(current.release)?.release.tools;
    const bytes = hash && documents.get(hash);
    return new Map((bytes ? readTools(bytes) : []).map((tool) => [tool.name, tool]));
  }

  function compared(id: PackageId, tools: readonly Tool[]): PackageReview['tools'] {
    const before = toolsBefore(id);
    const isUpdate = generations.current(id) !== undefined;
    const now = tools.map((tool) => {
      const old = before.get(tool.name);
      const isSame = old !== undefined && fingerprintOf(old) === fingerprintOf(tool);
      return shown(tool, !isUpdate || !old ? 'new' : isSame ? 'same' : 'changed', old);
    });
    const names = new Set(tools.map(({ name }) => name));
    const gone = [...before.values()].filter(({ name }) => !names.has(name));
    return [...now, ...gone.map((tool) => shown(tool, 'removed'))];
  }

  async function tree(
    release: Release,
    depth: number,
    seen: Set<string>,
    signal?: AbortSignal,
  ): Promise<DependencyNode[]> {
    const nodes: DependencyNode[] = [];
    for (const { name, provider, release: hash, version } of release.dependencies) {
      const id = packageId(provider, name);
      const node = {
        id,
        version,
        release: toHex(hash),
        installed: isInstalled(id, toHex(hash)),
        dependencies: [],
      };
      if (seen.has(node.release)) nodes.push({ ...node, problem: 'cycle' });
      else if (depth >= MAX_DEPTH || seen.size >= MAX_NODES) nodes.push({ ...node, problem: 'too_deep' });
      else nodes.push(await withChildren(node, depth, new Set([...seen, node.release]), signal));
    }
    return nodes;
  }

  async function withChildren(
    node: DependencyNode,
    depth: number,
    seen: Set<string>,
    signal?: AbortSignal,
  ): Promise<DependencyNode> {
    try {
      const { release } = await histories.release(node.id, node.release, signal);
      if (release.version !== node.version) return { ...node, problem: 'wrong_version' };
      const { permissions } = release;
      return { ...node, permissions, dependencies: await tree(release, depth + 1, seen, signal) };
    } catch (error) {
      signal?.throwIfAborted();
      return { ...node, problem: error instanceof AppError ? error.code : 'internal' };
    }
  }

  const isInstalled = (id: PackageId, release: string): boolean =>
    generations.current(id)?.release === release ||
    generations.pins(id).some((pin) => pin.release === release);

  function widerOf(id: PackageId, next: Permissions): PackageReview['wider'] {
    const current = generations.current(id);
    const widening = current && wideningOf(current.permissions, next);
    return widening && isWider(widening) ? widening : undefined;
  }

  async function review(verified: VerifiedRelease, heard: Heard, signal?: AbortSignal): Promise<Reviewed> {
    const { id, logged, release } = verified;
    const { manifest, tools } = await documentsOf(verified, signal);
    const current = generations.current(id);
    const toFetch = await bundles.missing(release.bundle);
    const dependencies = await tree(release, 0, new Set([logged.release]), signal);
    const machine = await deps.machine();
    const wider = widerOf(id, release.permissions);
    return {
      verified,
      manifest,
      tools,
      review: {
        release: logged.release,
        id,
        publisher: views.summary(heard).publisher,
        name: release.name,
        version: release.version,
        channel: logged.channel,
        title: manifest.display_name ?? manifest.name,
        description: manifest.long_description ?? manifest.description,
        license: manifest.license ?? '',
        notes: release.notes,
        releasedAt: logged.releasedAt,
        cid: bundleCid(release.bundle),
        size: release.bundle.size,
        toFetch,
        permissions: release.permissions,
        ...(wider ? { wider } : {}),
        tools: compared(id, tools),
        settings: manifest.user_config,
        values: current?.settings ?? {},
        secretsSet: current ? vaults.names(current.vault) : [],
        requirements: [
          ...requirementsOf(release, toFetch, machine),
          ...dependencies.flatMap(unmetDependency),
        ],
        dependencies,
        warnings: [
          ...views.warnings(heard),
          ...releaseWarnings(release, logged),
          ...tools.flatMap(toolWarnings),
          ...(machine.sandbox.warnings.includes('old_bubblewrap')
            ? [{ code: 'old_sandbox' as const, detail: machine.sandbox.version ?? '' }]
            : []),
        ],
        ...(current
          ? {
              installed: {
                version: releases.get(current.release)?.release.version ?? '',
                release: current.release,
              },
            }
          : {}),
        price: 'free',
      },
    };
  }

  /** The release of a package that its publisher offers now. Throws `packages.no_release`. */
  async function newest(id: PackageId, version: string | undefined, channel: Channel, signal?: AbortSignal) {
    const history = await histories.read(id, signal);
    const found =
      version === undefined
        ? (newestOf(history, channel) ?? newestOf(history, 'beta'))
        : history.versions.find((one) => one.version === version);
    if (found) return histories.release(id, found.release, signal);
    throw new AppError('packages.no_release', 'The package has no such version.', {
      advice: 'See which there are with `toolswarm packages show`.',
    });
  }

  /** Of an installed package, signed or not; `undefined` where it is not installed. */
  function settingsOf(id: PackageId): InstalledSettings | undefined {
    const current = generations.current(id);
    if (!current) return undefined;
    const kept = releases.get(current.release);
    const manifest = kept && documents.get(kept.release.manifest);
    return {
      settings: manifest ? readPackageManifest(manifest).user_config : {},
      values: current.settings,
      secretsSet: vaults.names(current.vault),
    };
  }

  return { review, newest, settingsOf };
}

export function readTools(bytes: Uint8Array): Tool[] {
  const parsed = toolsSchema.safeParse(JSON.parse(fromUtf8(bytes)));
  if (parsed.success) return parsed.data;
  throw new AppError('packages.bad_release', 'The list of this release’s tools makes no sense.', {
    advice: 'Its publisher must release it anew.',
    cause: parsed.error,
  });
}

const shown = (
  tool: Tool,
  change: PackageReview['tools'][number]['change'],
  before?: Tool,
): PackageReview['tools'][number] => ({
  name: tool.name,
  ...(tool.title === undefined ? {} : { title: tool.title }),
  description: tool.description ?? '',
  fingerprint: fingerprintOf(tool),
  change,
  ...(change === 'changed' && before ? { before: before.description ?? '' } : {}),
  readOnly: tool.annotations?.readOnlyHint === true,
  destructive: tool.annotations?.destructiveHint === true,
});

const releaseWarnings = (release: Release, { withdrawn }: LoggedVersion): PackageWarning[] => [
  ...(withdrawn === undefined ? [] : [{ code: 'withdrawn' as const, detail: withdrawn }]),
  ...(release.fetchesCode ? [{ code: 'fetches_code' as const }] : []),
  ...(semver.prerelease(release.version) ? [{ code: 'prerelease' as const }] : []),
];

function toolWarnings(tool: Tool): PackageWarning[] {
  const found = warningsOf(tool);
  return [
    ...(found.includes('hidden_characters')
      ? [{ code: 'hidden_characters' as const, subject: tool.name }]
      : []),
    ...(hasInstructions(tool.description ?? '')
      ? [{ code: 'instructions' as const, subject: tool.name }]
      : []),
  ];
}

const unmetDependency = (node: DependencyNode): Requirement[] => [
  ...(node.problem === undefined
    ? []
    : [
        {
          kind: 'dependency' as const,
          met: false,
          needed: `${node.id}@${node.version}`,
          found: node.problem,
        },
      ]),
  ...node.dependencies.flatMap(unmetDependency),
];

export type Reviewing = ReturnType<typeof createReviewing>;
