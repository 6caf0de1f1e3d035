/** Packages of the node in memory: one of everything that can be said of them. */
import type { packagesContract } from '#shared/features/packages/contract.ts';
import type {
  CheckReport,
  InstalledPackage,
  PackageDetails,
  PackageReview,
  PackageTransfer,
} from '#shared/features/packages/views.ts';
import type { Handlers } from '#shared/kernel/contract.ts';

const AT = 1_800_000_000_000;
const PROVIDER = `z6Mk${'b'.repeat(44)}`;
const ID = `${PROVIDER}/calendar`;
const RELEASE = 'c1'.repeat(32);
const OLD_RELEASE = 'c0'.repeat(32);
const CID = 'bafkreicalendar';
const LINK = `toolswarm:package/${ID}@1.2.0/${RELEASE}`;

const publisher = { provider: PROVIDER, name: 'Grace\u001b[2J', tier: 'known', self: false };
const permissions = {
  hosts: ['api.example.com'],
  read: ['~/calendars'],
  write: [],
  memoryMb: 256,
  processes: 8,
};
const folder = {
  type: 'directory' as const,
  title: 'Folder',
  description: 'Where calendars lie',
  required: true,
  multiple: false,
  sensitive: false,
};
const settings = {
  folder,
  days: { ...folder, type: 'number' as const, title: 'Days', required: false, default: 7 },
  zones: { ...folder, type: 'string' as const, title: 'Time zones', required: false, multiple: true },
  token: { ...folder, type: 'string' as const, title: 'Token', required: false, sensitive: true },
};

const details: PackageDetails = {
  id: ID,
  publisher,
  name: 'calendar',
  title: 'Calendar',
  description: 'Reads calendars \u202edrowkcab',
  version: '1.2.0',
  tags: ['calendar', 'time'],
  license: 'MIT',
  runtime: 'node',
  platforms: ['linux', 'darwin'],
  runsHere: true,
  size: 1_500_000,
  tools: 2,
  heardAt: AT,
  installed: '1.1.0',
  warnings: [{ code: 'stale' }],
  state: 'good',
  versions: [
    {
      version: '1.2.0',
      channel: 'stable',
      release: RELEASE,
      releasedAt: AT,
      kept: false,
      installed: false,
    },
    {
      version: '1.1.0',
      channel: 'stable',
      release: OLD_RELEASE,
      releasedAt: AT - 86_400_000,
      withdrawn: 'Loses appointments',
      kept: true,
      installed: true,
    },
  ],
};

const { heardAt: _, installed: _here, runsHere: _runs, runtime: _runtime, ...shown } = details;
const { platforms: _on, state: _state, tags: _tags, versions: _versions, ...about } = shown;

const review: PackageReview = {
  ...about,
  release: RELEASE,
  channel: 'stable',
  notes: 'Time zones',
  releasedAt: AT,
  cid: CID,
  toFetch: 1_000_000,
  permissions,
  wider: { hosts: ['api.example.com'], read: [], write: [] },
  tools: [
    {
      name: 'list',
      description: 'Lists appointments',
      fingerprint: 'f1'.repeat(32),
      change: 'changed',
      before: 'Lists',
      readOnly: true,
      destructive: false,
    },
    {
      name: 'clear',
      description: 'Removes appointments',
      fingerprint: 'f2'.repeat(32),
      change: 'new',
      readOnly: false,
      destructive: true,
    },
  ],
  settings,
  values: { folder: '/home/ada/calendars' },
  secretsSet: ['token'],
  requirements: [
    { kind: 'platform', met: true, needed: 'linux, darwin', found: 'linux' },
    { kind: 'runtime', met: false, needed: 'node >=26', found: 'node 24.0.0' },
  ],
  dependencies: [
    {
      id: `${PROVIDER}/zones`,
      version: '2.0.0',
      release: 'd0'.repeat(32),
      installed: true,
      dependencies: [],
    },
  ],
  warnings: [{ code: 'stale' }, { code: 'missing_schema', subject: 'clear' }],
  installed: { version: '1.1.0', release: OLD_RELEASE },
  price: 'free',
};

const installed: InstalledPackage = {
  id: ID,
  publisher,
  name: 'calendar',
  title: 'Calendar',
  server: 'calendar',
  version: '1.1.0',
  release: OLD_RELEASE,
  generation: 2,
  installedAt: AT,
  size: 1_400_000,
  permissions,
  policy: { take: 'patch', channel: 'stable', afterPeers: 2, afterHours: 24 },
  pins: [{ profile: 'work', version: '1.0.0', release: 'ca'.repeat(32), server: 'calendar-1-0-0' }],
  kept: [{ version: '1.0.0', release: 'ca'.repeat(32), size: 1_300_000 }],
  update: { version: '1.2.0', release: RELEASE, wider: true, major: false },
  foreign: false,
};

const report: CheckReport = {
  ok: true,
  name: 'calendar',
  version: '1.2.0',
  findings: [
    { level: 'note', code: 'no_license', message: 'It names no licence.' },
    { level: 'warning', code: 'no_schema', subject: 'clear', message: 'It does not say what it takes.' },
  ],
  files: 4,
  size: 1_500_000,
  tools: review.tools.map(({ description, name }) => ({ name, description })),
  permissions,
  settings,
  startMs: 120,
  memoryBytes: 50_331_648,
  sandboxed: true,
};

const transfer: PackageTransfer = {
  cid: CID,
  id: ID,
  version: '1.2.0',
  direction: 'fetch',
  state: 'active',
  bytes: 524_288,
  total: 1_500_000,
  rate: 262_144,
  pieces: 6,
  have: 'wA',
  peers: [{ peer: '12D3KooWThere', bytes: 524_288, inFlight: 2, state: 'active' }],
};

const items = <T>(...list: T[]) => ({ items: list });
async function* once<T>(item: T) {
  yield item;
}

/** A folder whose name ends in `broken` does not pass its check. */
export const packageHandlers = (): Handlers<typeof packagesContract> => ({
  'packages.search': ({ limit }) => ({ items: [details].slice(0, limit), total: 3 }),
  'packages.show': () => details,
  'packages.publisher': () => ({ publisher, items: [details] }),
  'packages.review': () => review,
  'packages.install': () => installed,
  'packages.installFile': () => ({ ...installed, id: 'file/calendar', foreign: true }),
  'packages.installListed': () => ({ ...installed, id: 'npm/calendar', foreign: true }),
  'packages.installed': () => items(installed),
  'packages.watch': () => once(items(installed)),
  'packages.history': () =>
    items(
      {
        generation: 2,
        at: AT,
        version: '1.1.0',
        release: OLD_RELEASE,
        reason: 'update',
        current: true,
        kept: true,
      },
      {
        generation: 1,
        at: AT - 86_400_000,
        version: '1.0.0',
        release: 'ca'.repeat(32),
        reason: 'install',
        current: false,
        kept: false,
      },
    ),
  'packages.rollback': () => ({
    version: '1.0.0',
    generation: 3,
    grantsRevoked: 1,
    secretsRemoved: ['token'],
    tookMs: 4,
  }),
  'packages.settings': () => ({ settings, values: review.values, secretsSet: review.secretsSet }),
  'packages.configure': () => installed,
  'packages.setPolicy': ({ policy }) => ({ ...installed, policy }),
  'packages.pin': () => installed,
  'packages.checkUpdates': () => items(installed),
  'packages.remove': () => ({}),
  'packages.verify': () => ({ checked: 3, mended: 1, damaged: [CID] }),
  'packages.transfers': () => once(items(transfer)),
  'packages.sandbox': () => ({
    usable: true,
    kind: 'sandbox-runtime',
    version: '0.8.0',
    warnings: ['old_bubblewrap'],
    problems: [],
  }),
  'packages.init': ({ path }) => ({ path: `${path}/manifest.json`, created: ['manifest.json'] }),
  'packages.check': ({ path }) =>
    path.endsWith('broken')
      ? {
          ...report,
          ok: false,
          findings: [{ level: 'error', code: 'no_tools', message: 'It has no tools.' }],
        }
      : report,
  'packages.publish': () => ({ id: ID, version: '1.2.0', release: RELEASE, cid: CID, link: LINK }),
  'packages.published': () => items({ ...details, sentBytes: 3_000_000 }),
  'packages.setChannel': () => details,
  'packages.withdraw': () => ({}),
  'packages.link': () => ({ link: LINK, cid: CID }),
});
