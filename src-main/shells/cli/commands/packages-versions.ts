/** `toolswarm packages history, rollback, policy, pin`: which version runs, and for whom. */
import { type Command, Option } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type {
  InstalledPackage,
  PackageGeneration,
  UpdatePolicy,
} from '#shared/features/packages/contract.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { oneLine, plural, table, time } from '../printable.ts';
import { channelOption, findInstalled } from './packages-settings.ts';
import { policyText, showInstalled } from './packages-text.ts';

const TAKE = ['manual', 'patch', 'minor'] satisfies Array<UpdatePolicy['take']>;

const installedBy = async (node: NodeClient, which: string): Promise<InstalledPackage> =>
  findInstalled((await node['packages.installed']({})).items, which);

export function addPackageVersionCommands(packages: Command, cli: Cli): void {
  packages
    .command('history')
    .description('what was installed, changed and taken back, newest first')
    .argument('<package>', 'its id, name or server')
    .action((which: string) =>
      cli.ask(async (node) => {
        const { id } = await installedBy(node, which);
        const { items } = await node['packages.history']({ id });
        const header = ['CHANGE', 'WHEN', 'VERSION', 'WHAT', 'NOW', 'GOING BACK'];
        return { data: { items }, text: table(header, items.map(changeRow), 'Nothing happened yet.') };
      }),
    );
  packages
    .command('rollback')
    .description('go back in one step; grants and secrets that were given since are taken back')
    .argument('<package>', 'its id, name or server')
    .option('--to <change>', 'to which change, as `packages history` numbers them', wholeNumber)
    .action((which: string, { to }: { to?: number }) =>
      cli.ask(async (node) => {
        const { id, title } = await installedBy(node, which);
        const data = await node['packages.rollback']({ id, generation: to });
        const taken = [
          ...(data.grantsRevoked > 0 ? [plural(data.grantsRevoked, 'grant')] : []),
          ...data.secretsRemoved.map((name) => `the secret ${oneLine(name)}`),
        ];
        const also = taken.length > 0 ? ` Taken back with it: ${taken.join(', ')}.` : '';
        return { data, text: `${oneLine(title)} is at version ${data.version} again.${also}` };
      }),
    );
  addPolicy(packages, cli);
  addPin(packages, cli);
}

const changeRow = (one: PackageGeneration): string[] => [
  String(one.generation),
  time(one.at),
  one.version,
  `${one.reason.replaceAll('_', ' ')}${one.of === undefined ? '' : ` to change ${one.of}`}`,
  one.current ? 'now' : '',
  one.current || one.kept ? '' : 'must be fetched',
];

interface PolicyFlags {
  take?: UpdatePolicy['take'];
  channel?: Channel;
  afterPeers?: number;
  afterHours?: number;
}

function addPolicy(packages: Command, cli: Cli): void {
  packages
    .command('policy')
    .description('show or say when updates are taken without asking; whatever touches more is asked about')
    .argument('<package>', 'its id, name or server')
    .addOption(new Option('--take <which>', 'which updates are taken by themselves').choices(TAKE))
    .addOption(channelOption('which versions are offered'))
    .option('--after-peers <n>', 'once so many trusted peers run it', wholeNumber)
    .option('--after-hours <n>', 'for so many hours', wholeNumber)
    .action((which: string, flags: PolicyFlags) =>
      cli.ask(async (node) => {
        const found = await installedBy(node, which);
        const changed =
          Object.keys(flags).length === 0
            ? found
            : await node['packages.setPolicy']({ id: found.id, policy: { ...found.policy, ...flags } });
        return { data: changed, text: policyText(changed) };
      }),
    );
}

interface PinFlags {
  profile: string;
  current?: boolean;
}

function addPin(packages: Command, cli: Cli): void {
  packages
    .command('pin')
    .description('show one profile a version of its own, or the current one again')
    .argument('<package>', 'its id, name or server')
    .argument('[version]', 'which version it sees')
    .requiredOption('--profile <name>', 'who sees it')
    .option('--current', 'it sees the version that everybody sees')
    .action(
      (which: string, version: string | undefined, { current, profile }: PinFlags, command: Command) => {
        if ((version === undefined) === (current === undefined))
          command.error('error: give either a version or --current', { code: 'cli.usage' });
        return cli.ask(async (node) => {
          const found = await installedBy(node, which);
          const release = version === undefined ? null : await releaseOf(node, found, version);
          return showInstalled(await node['packages.pin']({ id: found.id, profile, release }));
        });
      },
    );
}

/** What lies here needs no network to be found. */
async function releaseOf(node: NodeClient, found: InstalledPackage, version: string): Promise<string> {
  const here = [found, ...found.kept].find((one) => one.version === version);
  if (here) return here.release;
  const versions = found.foreign ? [] : (await node['packages.show']({ id: found.id })).versions;
  const named = versions.find((one) => one.version === version);
  if (named) return named.release;
  throw new AppError('packages.no_release', `The package has no version ${version}.`, {
    advice: 'See which there are with `toolswarm packages show`.',
  });
}
