/** `toolswarm packages`: bundles of tools that publishers sign, found among peers, installed in a sandbox. */
import type { Command } from 'commander';
import type { PackageTransfer } from '#shared/features/packages/contract.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { byteSize, facts, oneLine, plural, table, yesNo } from '../printable.ts';
import { addPackageInstallCommands } from './packages-install.ts';
import { addPackagePublishCommands } from './packages-publish.ts';
import { channelOption } from './packages-settings.ts';
import { installedTable, reviewText, showDetails, summaryTable } from './packages-text.ts';
import { addPackageVersionCommands } from './packages-versions.ts';

const EXAMPLES = `
Examples:
  toolswarm packages search calendar --runnable
  toolswarm packages review z6Mk…/calendar                 who signs it, what it may touch, its tools
  toolswarm packages install z6Mk…/calendar --set folder=~/calendars --secret TOKEN
  toolswarm packages install 'toolswarm:package/z6Mk…'     a link that somebody sent
  toolswarm packages install ./calendar.mcpb               a file that nobody signed
  toolswarm packages install npm/@scope/calendar@1.2.0     from a centralized registry, marked as foreign
  toolswarm packages update calendar
  toolswarm packages rollback calendar
  toolswarm packages init && toolswarm packages check && toolswarm packages publish

A package is named by its id; one that is installed by its name as well.`;

export function addPackageCommands(program: Command, cli: Cli): void {
  const packages = program
    .command('packages')
    .description('bundles of tools that publishers sign, found among peers, run in a sandbox');
  packages.addHelpText('after', EXAMPLES);
  addFinding(packages, cli);
  addPackageInstallCommands(packages, cli);
  addPackageVersionCommands(packages, cli);
  addKeeping(packages, cli);
  addPackagePublishCommands(packages, cli);
}

function addFinding(packages: Command, cli: Cli): void {
  packages
    .command('search')
    .description('packages that peers publish, as far as this node has heard; the best match first')
    .argument('[text...]')
    .option('--runnable', 'only what this machine can run')
    .option('--limit <n>', 'how many at most (default: 50)', wholeNumber)
    .action((words: string[], { limit, runnable }: { limit?: number; runnable?: boolean }) =>
      cli.ask(async (node) => {
        const data = await node['packages.search']({ text: words.join(' '), limit, runnable });
        const rest = data.total - data.items.length;
        const more = rest > 0 ? [`${plural(rest, 'more package')}; see --limit.`] : [];
        const empty = 'No package found. Peers tell of theirs within a minute after the node has met them.';
        return { data, text: [summaryTable(data.items, empty), ...more].join('\n') };
      }),
    );
  packages
    .command('show')
    .description('one package with all its versions')
    .argument('<id>', 'z6Mk…/name')
    .action((id: string) => cli.ask(async (node) => showDetails(await node['packages.show']({ id }))));
  packages
    .command('publisher')
    .description('what one provider publishes')
    .argument('<provider>')
    .action((provider: string) =>
      cli.ask(async (node) => {
        const data = await node['packages.publisher']({ provider });
        return { data, text: summaryTable(data.items, 'No package of this provider was heard of.') };
      }),
    );
  packages
    .command('review')
    .description('everything to know before a release is installed; nothing is installed')
    .argument('<what>', 'z6Mk…/name, z6Mk…/name@1.2.0, the id of a release, or a link')
    .addOption(channelOption('which newest version is meant (default: stable)'))
    .action((what: string, { channel }: { channel?: Channel }) =>
      cli.ask(async (node) => {
        const review = await node['packages.review']({ what, channel });
        return { data: review, text: reviewText(review) };
      }),
    );
}

function addKeeping(packages: Command, cli: Cli): void {
  packages
    .command('list')
    .description('packages that are installed here')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['packages.installed']({});
        return { data: { items }, text: installedTable(items, 'No package is installed.') };
      }),
    );
  packages
    .command('verify')
    .description('read everything that is kept of packages, and mend from peers what was damaged')
    .action(() =>
      cli.ask(async (node) => {
        const data = await node['packages.verify']({});
        const lines = [
          `Looked at ${plural(data.checked, 'bundle')}, mended ${data.mended}.`,
          ...data.damaged.map((id) => `Still damaged: ${oneLine(id)}`),
        ];
        return { data, text: lines.join('\n') };
      }),
    );
  packages
    .command('transfers')
    .description('bundles that are being fetched or given away')
    .option('--watch', 'go on until interrupted; with --json one object a line')
    .action(({ watch }: { watch?: boolean }) =>
      watch
        ? cli.follow(async (node, print) => {
            for await (const { items } of node['packages.transfers']({})) print(showTransfers(items));
          })
        : cli.ask(async (node) => {
            for await (const { items } of node['packages.transfers']({})) return showTransfers(items);
            throw disconnected();
          }),
    );
  packages
    .command('sandbox')
    .description('how packages are confined on this machine')
    .action(() =>
      cli.ask(async (node) => {
        const data = await node['packages.sandbox']({});
        const text = facts([
          ['usable', yesNo(data.usable)],
          ['kind', data.kind],
          ['version', data.version],
          ...data.problems.map((problem): [string, string] => ['problem', SANDBOX_WORDS[problem] ?? problem]),
          ...data.warnings.map((warning): [string, string] => ['warning', SANDBOX_WORDS[warning] ?? warning]),
        ]);
        return { data, text };
      }),
    );
}

/** What keeps this machine from confining programs, or makes it weaker, by code. */
const SANDBOX_WORDS: Record<string, string | undefined> = {
  old_bubblewrap: 'The program that locks packages in is old: update bubblewrap to 0.12 or newer.',
  no_process_limit: 'The node runs as root, and nothing here counts its processes: run it as another user.',
  unsupported_platform: 'There is no way to lock programs in on this system.',
  missing_bubblewrap: 'Install bubblewrap.',
  missing_socat: 'Install socat.',
  missing_socket_filter: 'A part of the installation is missing: install Toolswarm again.',
  no_user_namespaces: 'The system does not let this user make namespaces; allow it in its settings.',
};

const percent = (bytes: number, total: number): string =>
  total === 0 ? '' : `${Math.floor((bytes / total) * 100)} %`;

const transferRow = (one: PackageTransfer): string[] => [
  one.direction === 'fetch' ? 'fetches' : 'gives',
  one.state,
  one.direction === 'fetch' ? percent(one.bytes, one.total) : '',
  `${byteSize(one.bytes)} of ${byteSize(one.total)}`,
  one.state === 'active' ? `${byteSize(Math.round(one.rate))}/s` : '',
  String(one.peers.filter(({ state }) => state === 'active').length),
  one.version,
  one.id,
];

function showTransfers(items: PackageTransfer[]): Answer {
  const header = ['WHAT', 'STATE', 'DONE', 'BYTES', 'RATE', 'PEERS', 'VERSION', 'ID'];
  return { data: { items }, text: table(header, items.map(transferRow), 'Nothing is under way.') };
}

const disconnected = (): AppError =>
  new AppError('contract.disconnected', 'The connection to the node ended.', {
    advice: 'Check that Toolswarm is running, then try again.',
    retryable: true,
  });
