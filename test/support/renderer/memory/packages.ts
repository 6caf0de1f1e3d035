/** Packages of the in-memory node: what is said of them, and what commands do to them. */
import type { packagesContract } from '#shared/features/packages/contract.ts';
import type {
  InstalledPackage,
  PackageDetails,
  PackageGeneration,
  PackageReview,
} from '#shared/features/packages/views.ts';
import { isPackageLink, readPackageLink, writePackageLink } from '#shared/features/packages/link.ts';
import { parsePackageId } from '#shared/features/packages/release.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { cidOf, permissions, plainFacts, releaseOf } from '../packages-world.ts';
import { server } from '../world.ts';
import { find, type Memory } from './memory.ts';

type Version = PackageDetails['versions'][number];
type Answers = Handlers<typeof packagesContract>;

export function answerPackages(memory: Memory): Answers {
  return { ...answerReading(memory), ...answerInstalled(memory), ...answerPublishing(memory) };
}

const knownOf = ({ world }: Memory, id: string): PackageDetails =>
  find(world.packages.known, (one) => one.id === id, 'This package');
const installedOf = ({ world }: Memory, id: string): InstalledPackage =>
  find(world.packages.installed, (one) => one.id === id, 'This package');

/** The package and version that an id, a release or a link names. */
function named(memory: Memory, what: string): { item: PackageDetails; version: Version } {
  const [id = '', wanted] = (isPackageLink(what) ? readPackageLink(what).release : what).split('@');
  for (const item of memory.world.packages.known)
    for (const version of item.versions) {
      const isNamed = item.id === id && version.version === (wanted ?? item.version);
      if (isNamed || version.release === id) return { item, version };
    }
  throw new AppError('packages.unknown', 'No peer knows this package.', {
    advice: 'Ask whoever sent you the link whether their node is on.',
  });
}

function reviewOf(memory: Memory, what: string): PackageReview {
  const { item, version } = named(memory, what);
  const { installed } = memory.world.packages;
  const here = installed.find(({ id }) => id === item.id);
  const facts = memory.world.packages.facts.get(item.id) ?? plainFacts();
  const { wider, ...rest } = facts;
  const isNewer = here !== undefined && here.release !== version.release;
  return {
    ...rest,
    tools: here
      ? facts.tools
      : facts.tools
          .filter(({ change }) => change !== 'removed')
          .map(({ before: _, ...tool }) => ({ ...tool, change: 'new' })),
    release: version.release,
    id: item.id,
    publisher: item.publisher,
    name: item.name,
    version: version.version,
    channel: version.channel,
    title: item.title,
    description: item.description,
    license: item.license,
    releasedAt: version.releasedAt,
    cid: cidOf(version.release),
    size: item.size,
    toFetch: version.kept ? 0 : item.size,
    warnings: item.warnings,
    price: 'free',
    ...(isNewer && wider ? { wider } : {}),
    ...(here ? { installed: { version: here.version, release: here.release } } : {}),
  };
}

type Reading =
  | 'packages.search'
  | 'packages.show'
  | 'packages.publisher'
  | 'packages.review'
  | 'packages.installed'
  | 'packages.watch'
  | 'packages.history'
  | 'packages.settings'
  | 'packages.transfers'
  | 'packages.sandbox';

function answerReading(memory: Memory): Pick<Answers, Reading> {
  const { live, world } = memory;
  const items = () => ({ items: world.packages.installed });
  return {
    'packages.search'({ limit, runnable, text }) {
      const wanted = text.toLowerCase();
      const found = world.packages.known.filter(
        ({ description, runsHere, tags, title }) =>
          (runsHere || !runnable) &&
          `${title} ${description} ${tags.join(' ')}`.toLowerCase().includes(wanted),
      );
      return { items: found.slice(0, limit), total: found.length };
    },
    'packages.show': ({ id }) => knownOf(memory, id),
    'packages.publisher'({ provider }) {
      const found = world.packages.known.filter(({ publisher }) => publisher.provider === provider);
      const publisher = found[0]?.publisher ?? { provider, tier: 'unknown', self: false };
      return { publisher, items: found };
    },
    'packages.review': ({ what }) => reviewOf(memory, what),
    'packages.installed': items,
    'packages.watch': (_, { signal }) => live.follow(items, signal),
    'packages.history': ({ id }) => ({ items: world.packages.history.get(id) ?? [] }),
    'packages.settings'({ id }) {
      installedOf(memory, id);
      const { secretsSet, settings, values } = world.packages.facts.get(id) ?? plainFacts();
      return { settings, values, secretsSet };
    },
    'packages.transfers': (_, { signal }) => live.follow(() => ({ items: world.packages.transfers }), signal),
    'packages.sandbox': () => ({ usable: true, kind: 'sandbox-runtime', warnings: [], problems: [] }),
  };
}

/** Writes a change down; it is the current one then. */
function append(
  { clock, world }: Memory,
  item: InstalledPackage,
  part: Pick<PackageGeneration, 'reason'> & Partial<PackageGeneration>,
): void {
  const before = (world.packages.history.get(item.id) ?? []).map((one) => ({ ...one, current: false }));
  item.generation = (before[0]?.generation ?? 0) + 1;
  const { generation, release, version } = item;
  const made = { generation, at: clock.now(), version, release, current: true, kept: true, ...part };
  world.packages.history.set(item.id, [made, ...before]);
}

/** Brings an installed package to a version, and says so wherever versions are listed. */
function switchTo({ world }: Memory, item: InstalledPackage, to: Pick<Version, 'version' | 'release'>): void {
  item.version = to.version;
  item.release = to.release;
  if (item.update?.release === to.release) delete item.update;
  const known = world.packages.known.find(({ id }) => id === item.id);
  if (!known) return;
  known.installed = to.version;
  known.versions = known.versions.map((one) => {
    const isThis = one.release === to.release;
    return { ...one, installed: isThis, kept: one.kept || isThis };
  });
}

type Installing =
  | 'packages.install'
  | 'packages.installFile'
  | 'packages.installListed'
  | 'packages.installListed'
  | 'packages.rollback'
  | 'packages.configure'
  | 'packages.setPolicy'
  | 'packages.pin'
  | 'packages.checkUpdates'
  | 'packages.remove'
  | 'packages.verify';

function answerInstalled(memory: Memory): Pick<Answers, Installing> {
  const { after, clock, world } = memory;
  const begin = (part: Pick<InstalledPackage, 'id' | 'publisher' | 'title' | 'release' | 'version'>) => {
    const name = part.id.split('/').at(-1) ?? part.id;
    const item: InstalledPackage = {
      name,
      server: name,
      generation: 0,
      installedAt: clock.now(),
      size: 1_200_000,
      permissions: permissions(),
      policy: { take: 'manual', channel: 'stable', afterPeers: 0, afterHours: 0 },
      pins: [],
      kept: [],
      foreign: false,
      ...part,
    };
    world.packages.installed.push(item);
    const { id, release } = part;
    if (!world.servers.some((one) => one.name === name))
      world.servers.push(
        server(name, { transport: { type: 'package', package: id, release, generation: 1 } }),
      );
    return item;
  };
  const beginForeign = (kind: string, title: string, version: string) => {
    const id = `${kind}/${title}`;
    const publisher = { provider: kind, tier: 'unknown', self: false };
    const item = begin({ id, publisher, title, version, release: releaseOf(id, version) });
    item.foreign = true;
    append(memory, item, { reason: 'install' });
    return after(item);
  };
  return {
    'packages.install'({ release, settings }) {
      const { item: known, version } = named(memory, release);
      const here = world.packages.installed.find(({ id }) => id === known.id);
      const { id, publisher, title } = known;
      const item = here ?? begin({ id, publisher, title, release, version: version.version });
      switchTo(memory, item, version);
      append(memory, item, { reason: here ? 'update' : 'install' });
      const facts = world.packages.facts.get(id);
      if (facts) facts.values = { ...facts.values, ...settings };
      return after(item);
    },
    'packages.installFile': ({ path }) =>
      beginForeign(
        'file',
        path
          .split('/')
          .at(-1)
          ?.replace(/\.mcpb$/, '') ?? path,
        '1.0.0',
      ),
    'packages.installListed'({
      package: { identifier, registryType, version = '1.0.0' },
      permissions: allowed,
    }) {
      const item = beginForeign(registryType, identifier, version);
      if (allowed) item.permissions = allowed;
      return after(item);
    },
    'packages.rollback'({ generation, id }) {
      const item = installedOf(memory, id);
      const to = find(
        world.packages.history.get(id) ?? [],
        (one) =>
          generation === undefined ? one.generation < item.generation : one.generation === generation,
        'This change',
      );
      switchTo(memory, item, to);
      append(memory, item, { reason: 'rollback', of: to.generation });
      return after({
        version: to.version,
        generation: item.generation,
        grantsRevoked: 2,
        secretsRemoved: ['token'],
        tookMs: 4,
      });
    },
    'packages.configure'({ id, secretValues, settings }) {
      const item = installedOf(memory, id);
      const facts = world.packages.facts.get(id);
      if (facts) {
        facts.values = settings;
        facts.secretsSet = [...new Set([...facts.secretsSet, ...Object.keys(secretValues)])];
      }
      append(memory, item, { reason: 'configure' });
      return after(item);
    },
    'packages.setPolicy'({ id, policy }) {
      const item = installedOf(memory, id);
      item.policy = policy;
      return after(item);
    },
    'packages.pin'({ id, profile, release }) {
      const item = installedOf(memory, id);
      item.pins = item.pins.filter((pin) => pin.profile !== profile);
      if (release !== null) {
        const { version } = named(memory, release).version;
        const name = `${item.name}-${version.replaceAll('.', '-')}`.slice(0, 31);
        item.pins.push({ profile, version, release, server: name });
      }
      return after(item);
    },
    'packages.checkUpdates': () => after({ items: world.packages.installed }),
    'packages.remove'({ id }) {
      const item = installedOf(memory, id);
      world.packages.installed = world.packages.installed.filter((one) => one !== item);
      const known = world.packages.known.find((one) => one.id === id);
      if (known) {
        delete known.installed;
        known.versions = known.versions.map((one) => ({ ...one, installed: false, kept: false }));
      }
      return after({});
    },
    'packages.verify': () => after({ checked: world.packages.installed.length, mended: 1, damaged: [] }),
  };
}

const linkTo = (id: string, version: string, release: string): string =>
  writePackageLink({ ...parsePackageId(id), version, release, addresses: ['/ip4/192.168.1.23/tcp/7422'] });

type Publishing =
  | 'packages.init'
  | 'packages.check'
  | 'packages.publish'
  | 'packages.published'
  | 'packages.setChannel'
  | 'packages.withdraw'
  | 'packages.link';

function answerPublishing(memory: Memory): Pick<Answers, Publishing> {
  const { after, clock, world } = memory;
  const own = (name: string): PackageDetails =>
    find(world.packages.known, (one) => one.publisher.self && one.name === name, 'This package');
  return {
    'packages.init': ({ path }) => after({ path, created: ['manifest.json'] }),
    'packages.check': () => world.packages.report,
    'packages.publish'({ channel, path }) {
      const { name, size, tools, version } = world.packages.report;
      const provider = find(world.packages.known, ({ publisher }) => publisher.self, 'A provider').publisher;
      const id = `${provider.provider}/${name}`;
      const release = releaseOf(id, version);
      world.packages.known.push({
        id,
        publisher: provider,
        name,
        title: name,
        description: path,
        version,
        tags: [],
        license: '',
        runtime: 'node',
        platforms: [],
        runsHere: true,
        size,
        tools: tools.length,
        heardAt: clock.now(),
        warnings: [],
        state: 'good',
        versions: [{ version, channel, release, releasedAt: clock.now(), kept: true, installed: false }],
      });
      return after({ id, version, release, cid: cidOf(release), link: linkTo(id, version, release) });
    },
    'packages.published': () => ({
      items: world.packages.known
        .filter(({ publisher }) => publisher.self)
        .map((one) => ({ ...one, sentBytes: world.packages.sent.get(one.id) ?? 0 })),
    }),
    'packages.setChannel'({ channel, name, version }) {
      const item = own(name);
      item.versions = item.versions.map((one) => (one.version === version ? { ...one, channel } : one));
      return after(item);
    },
    'packages.withdraw'({ name, reason, version }) {
      const item = own(name);
      if (version === undefined) item.state = 'ended';
      item.versions = item.versions.map((one) =>
        version === undefined || one.version === version ? { ...one, withdrawn: reason } : one,
      );
      return after({});
    },
    'packages.link'({ release }) {
      const { item, version } = named(memory, release);
      return { link: linkTo(item.id, version.version, release), cid: cidOf(release) };
    },
  };
}
