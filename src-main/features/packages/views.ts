/** How packages are shown: what was heard, what is installed, and what a person should know before he says yes. */
import semver from 'semver';
import type { Channel } from '#shared/features/packages/log.ts';
import { parsePackageId, type PackageId, type ReleaseId } from '#shared/features/packages/release.ts';
import { isWider, wideningOf } from '#shared/features/packages/permissions.ts';
import type {
  InstalledPackage,
  PackageDetails,
  PackageGeneration,
  PackageSummary,
  PackageWarning,
  PublisherView,
} from '#shared/features/packages/views.ts';
import { areConfusable } from '#shared/features/registry/confusables.ts';
import { hasHidden } from '#shared/features/registry/text.ts';
import type { StandingOf } from '#shared/features/trust/standing.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Heard, Histories, History } from './histories.ts';
import { newestOf } from './histories.ts';
import type { Generations, Installed } from './install/generations.ts';
import type { Bundles } from './store/bundles.ts';
import type { KeptRelease, Releases } from './store/releases.ts';

export interface ViewsDeps {
  histories: Histories;
  generations: Generations;
  releases: Releases;
  bundles: Bundles;
  standing: StandingOf;
  providerName(provider: ProviderId): string | undefined;
  self(): ProviderId;
  titleOf(kept: KeptRelease): string;
}

export interface Views {
  publisher(provider: string): PublisherView;
  summary(heard: Heard): PackageSummary;
  /** Many at once: whom they may be taken for is found out once. */
  summaries(all: readonly Heard[]): PackageSummary[];
  details(history: History): PackageDetails;
  installed(installed: Installed): InstalledPackage;
  generations(id: PackageId): PackageGeneration[];
  warnings(heard: Heard): PackageWarning[];
}

export function createViews(deps: ViewsDeps): Views {
  const { bundles, generations, histories, releases } = deps;

  function publisher(provider: string): PublisherView {
    const name = deps.providerName(provider);
    return {
      provider,
      ...(name === undefined ? {} : { name }),
      tier: deps.standing(provider).tier,
      self: provider === deps.self(),
    };
  }

  const versionOf = (release: ReleaseId | undefined): string | undefined =>
    release === undefined ? undefined : releases.get(release)?.release.version;

  /** Packages that matter here: what looks like one of them is marked. */
  const trusted = (): PackageId[] => [
    ...generations.installed().map(({ package: id }) => id),
    ...histories
      .heard()
      .filter(({ provider }) => deps.standing(provider).tier === 'known')
      .map(({ id }) => id),
  ];

  function lookalike({ id, record }: Heard, known: readonly PackageId[]): PackageWarning[] {
    const twin = known.find((other) => other !== id && isTwin(record.name, other, id));
    return twin === undefined ? [] : [{ code: 'lookalike', subject: twin }];
  }

  function warnings(heard: Heard, known: readonly PackageId[]): PackageWarning[] {
    const { provider, record, stale } = heard;
    const isUnknown = deps.standing(provider).tier !== 'known' && provider !== deps.self();
    return [
      ...(stale ? [{ code: 'stale' as const }] : []),
      ...(isUnknown ? [{ code: 'unknown_publisher' as const }] : []),
      ...lookalike(heard, known),
      ...(hasHidden(record.title + record.description + record.by)
        ? [{ code: 'hidden_characters' as const }]
        : []),
    ];
  }

  function summary(heard: Heard, known: readonly PackageId[] = trusted()): PackageSummary {
    const { heardAt, id, provider, record } = heard;
    const current = versionOf(generations.current(id)?.release);
    const about = publisher(provider);
    return {
      id,
      publisher: about.name === undefined && record.by !== '' ? { ...about, name: record.by } : about,
      name: record.name,
      title: record.title || record.name,
      description: record.description,
      version: record.version ?? '',
      tags: record.tags,
      license: record.license,
      runtime: record.runtime,
      platforms: record.platforms,
      runsHere: record.platforms.length === 0 || record.platforms.some((one) => one === process.platform),
      size: record.size,
      tools: record.tools,
      heardAt,
      ...(current === undefined ? {} : { installed: current }),
      warnings: warnings(heard, known),
    };
  }

  function details(history: History): PackageDetails {
    const { heard, versions } = history;
    const current = generations.current(heard.id)?.release;
    return {
      ...summary(heard),
      state: heard.state,
      versions: [...versions].reverse().map(({ channel, release, releasedAt, version, withdrawn }) => ({
        version,
        channel,
        release,
        releasedAt,
        ...(withdrawn === undefined ? {} : { withdrawn }),
        kept: isKept(release),
        installed: release === current,
      })),
    };
  }

  function isKept(release: ReleaseId): boolean {
    const kept = releases.get(release);
    return kept !== undefined && bundles.isWhole(kept.bundle);
  }

  /** What its publisher offers beyond the installed version, in the channel that the operator chose. */
  function updateOf(id: PackageId, current: KeptRelease, channel: Channel): InstalledPackage['update'] {
    const history = current.foreign ? undefined : histories.last(id);
    const newest = history?.heard.state === 'good' ? newestOf(history, channel) : undefined;
    if (!newest || !semver.gt(newest.version, current.release.version)) return undefined;
    const next = releases.get(newest.release)?.release;
    return {
      version: newest.version,
      release: newest.release,
      wider: next !== undefined && isWider(wideningOf(current.release.permissions, next.permissions)),
      major: semver.major(newest.version) !== semver.major(current.release.version),
    };
  }

  function installed(one: Installed): InstalledPackage {
    const current = generations.generation(one.package, one.generation);
    const kept = current && releases.get(current.release);
    if (!current || !kept) throw new Error(`the current state of ${one.package} is not there`);
    const { release } = kept;
    const update = updateOf(one.package, kept, one.policy.channel);
    return {
      id: one.package,
      publisher: kept.foreign
        ? foreignPublisher(kept.foreign)
        : publisher(parsePackageId(one.package).provider),
      name: release.name,
      title: deps.titleOf(kept),
      server: one.server,
      version: release.version,
      release: kept.id,
      generation: one.generation,
      installedAt: one.installedAt,
      size: release.bundle.size,
      permissions: current.permissions,
      policy: one.policy,
      pins: generations.pins(one.package).map(({ profile, release: pinned, server }) => ({
        profile,
        version: versionOf(pinned) ?? '',
        release: pinned,
        server,
      })),
      kept: releases
        .ofPackage(one.package)
        .filter(({ bundle, id }) => id !== kept.id && bundles.isWhole(bundle))
        .map(({ id, release: { bundle, version } }) => ({ version, release: id, size: bundle.size })),
      ...(update ? { update } : {}),
      ...(one.problem ? { problem: one.problem } : {}),
      foreign: kept.foreign !== undefined,
    };
  }

  return {
    publisher,
    summary: (heard) => summary(heard),
    summaries(all) {
      const known = trusted();
      return all.map((heard) => summary(heard, known));
    },
    details,
    installed,
    warnings: (heard) => warnings(heard, trusted()),
    generations(id) {
      const current = generations.get(id)?.generation;
      return generations.history(id).map(({ at, generation, goneBackTo, reason, release }) => ({
        generation,
        at,
        version: versionOf(release) ?? '',
        release,
        reason,
        ...(goneBackTo === undefined ? {} : { of: goneBackTo }),
        current: generation === current,
        kept: isKept(release),
      }));
    },
  };

  /** Another publisher's package of the same name, or of one that looks like it. */
  function isTwin(name: string, other: PackageId, id: PackageId): boolean {
    const [otherProvider = '', otherName = ''] = [other.split('/')[0], other.split('/').at(-1)];
    if (id.startsWith(`${otherProvider}/`)) return false;
    return otherName === name || areConfusable(name, otherName);
  }
}

const foreignPublisher = (origin: string): PublisherView => ({
  provider: origin,
  tier: 'unknown',
  self: false,
});
