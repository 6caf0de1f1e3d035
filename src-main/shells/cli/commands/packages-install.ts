/** `toolswarm packages install, update, configure, remove`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { InstalledPackage } from '#shared/features/packages/contract.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { oneLine } from '../printable.ts';
import { confirm } from '../prompts.ts';
import {
  channelOption,
  findInstalled,
  secretsFrom,
  type SettingFlags,
  settingsFrom,
  settingsUntold,
  withSettings,
} from './packages-settings.ts';
import { installedTable, reportText, reviewText, settingLines, showInstalled } from './packages-text.ts';

interface Accepting {
  acceptStale?: boolean;
  acceptFetchedCode?: boolean;
  yes?: boolean;
}

interface InstallFlags extends Accepting, SettingFlags {
  channel?: Channel;
  server?: string;
}

/** What is written as a path is one, and so is what lies in this folder under that name. */
const isPath = (what: string): boolean =>
  /^(\.{1,2}|~)?[/\\]|^\.{1,2}$|^[A-Za-z]:[\\/]|\.(mcpb|dxt)$/i.test(what) || existsSync(what);

/** `npm/@scope/name@1.2.0`: a package of a centralized registry. */
const LISTED = /^(npm|pypi)\/((?:@[^/]+\/)?[^/@]+)(?:@(.+))?$/;

const withAccepting = (command: Command): Command =>
  command
    .option('--accept-stale', 'although its publisher has not stood for it lately')
    .option('--accept-fetched-code', 'although it fetches code when it starts')
    .option('--yes', 'do not ask');

export function addPackageInstallCommands(packages: Command, cli: Cli): void {
  withAccepting(
    withSettings(
      packages
        .command('install')
        .description('show what a release is and may touch, ask, then install it and start its server')
        .argument(
          '<what>',
          'z6Mk…/name, z6Mk…/name@1.2.0, the id of a release, a link, an .mcpb file, a folder, npm/name@1.2.0 or pypi/name@1.2.0',
        )
        .addOption(channelOption('which newest version is meant (default: stable)'))
        .option('--server <name>', 'what its server is called here'),
    ),
  ).action((what: string, flags: InstallFlags) =>
    cli.ask((node) => {
      if (LISTED.test(what)) return installListed(cli, node, what, flags);
      return isPath(what) ? installFile(cli, node, resolve(what), flags) : install(cli, node, what, flags);
    }),
  );
  packages
    .command('updates')
    .description('ask peers whether there is anything newer than what is installed')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['packages.checkUpdates']({});
        const newer = items.filter(({ update }) => update);
        return { data: { items }, text: installedTable(newer, 'Everything is the newest that is known.') };
      }),
    );
  withAccepting(
    withSettings(
      packages
        .command('update')
        .description('bring an installed package to the newest version of its channel; settings are kept')
        .argument('<package>', 'its id, name or server'),
    ),
  ).action((which: string, flags: InstallFlags) => cli.ask((node) => update(cli, node, which, flags)));
  addConfiguring(packages, cli);
  addRemoving(packages, cli);
}

async function install(cli: Cli, node: NodeClient, what: string, flags: InstallFlags): Promise<Answer> {
  const { channel, server } = flags;
  const review = await node['packages.review']({ what, channel });
  const settings = settingsFrom(flags, review.settings);
  await agree(cli, flags, reviewText(review), `Install ${oneLine(review.title)} ${review.version}?`);
  const secretValues = await secretsFrom(cli, flags, review.settings, review.secretsSet);
  const { acceptFetchedCode, acceptStale, release } = { ...flags, ...review };
  const installed = await node['packages.install']({
    release,
    settings,
    secretValues,
    server,
    acceptStale,
    acceptFetchedCode,
  });
  return showInstalled(installed);
}

async function installFile(cli: Cli, node: NodeClient, path: string, flags: InstallFlags): Promise<Answer> {
  const report = await node['packages.check']({ path });
  const settings = settingsFrom(flags, report.settings);
  const words = `Nobody signed this: it is marked, held to the strictest rules, and gets no updates.\n\n${reportText(report)}`;
  await agree(cli, flags, words, `Install ${oneLine(report.name)} ${report.version}?`);
  const secretValues = await secretsFrom(cli, flags, report.settings);
  const { server } = flags;
  return showInstalled(await node['packages.installFile']({ path, settings, secretValues, server }));
}

async function installListed(cli: Cli, node: NodeClient, what: string, flags: InstallFlags): Promise<Answer> {
  const [, registryType = '', identifier = '', version] = LISTED.exec(what) ?? [];
  const words = `${oneLine(identifier)} is fetched from ${registryType} without running anything of it. Nobody of your network signed it: it is marked, held to the strictest rules, and gets no updates by itself.`;
  await agree(cli, flags, words, `Install ${oneLine(what)}?`);
  const listed = {
    package: { registryType, identifier, version },
    settings: settingsUntold(flags),
    secretValues: await secretsFrom(cli, flags),
    server: flags.server,
  };
  return showInstalled(await node['packages.installListed'](listed));
}

async function update(cli: Cli, node: NodeClient, which: string, flags: InstallFlags): Promise<Answer> {
  const { items } = await node['packages.checkUpdates']({});
  const installed = findInstalled(items, which);
  if (!installed.update) return { ...showInstalled(installed), text: newestAlready(installed) };
  return install(cli, node, installed.update.release, flags);
}

const newestAlready = ({ title, version }: InstalledPackage): string =>
  `${oneLine(title)} ${version} is the newest that is known.`;

/** A person at the terminal reads it and decides; a program must have said `--yes`. */
async function agree({ io }: Cli, { yes }: Accepting, words: string, question: string): Promise<void> {
  if (yes) return;
  if (isInteractive(io)) {
    io.stderr.write(`${words}\n\n`);
    if (await confirm(io, question)) return;
    throw new AppError('cli.not_confirmed', 'Nothing was changed.', {
      advice: 'Run it again when you are sure.',
    });
  }
  throw new AppError('cli.not_confirmed', `Nothing was changed. ${question}`, {
    advice: 'Read `toolswarm packages review`, then run the command again with --yes.',
  });
}

function addConfiguring(packages: Command, cli: Cli): void {
  withSettings(
    packages
      .command('configure')
      .description('show or change what an installed package was told')
      .argument('<package>', 'its id, name or server'),
  ).action((which: string, flags: SettingFlags) =>
    cli.ask(async (node) => {
      const { id } = findInstalled((await node['packages.installed']({})).items, which);
      const told = await node['packages.settings']({ id });
      if (!flags.set && !flags.secret) {
        const lines = settingLines(told.settings, told.values, told.secretsSet);
        return { data: told, text: lines.join('\n') || 'It has no settings.' };
      }
      const settings = { ...told.values, ...settingsFrom(flags, told.settings) };
      const secretValues = await secretsFrom(cli, flags);
      return showInstalled(await node['packages.configure']({ id, settings, secretValues }));
    }),
  );
}

function addRemoving(packages: Command, cli: Cli): void {
  packages
    .command('remove')
    .description('remove a package with its server, its versions and its data')
    .argument('<package>', 'its id, name or server')
    .option('--keep-data', 'leave its data where it is')
    .option('--yes', 'do not ask')
    .action((which: string, { keepData, yes }: { keepData?: boolean; yes?: boolean }) =>
      cli.ask(async (node) => {
        const { id, title, version } = findInstalled((await node['packages.installed']({})).items, which);
        const what = `${oneLine(title)} ${version}${keepData ? '' : ' and its data'}`;
        if (!yes && isInteractive(cli.io)) await agree(cli, {}, `This removes ${what}.`, 'Remove it?');
        await node['packages.remove']({ id, keepData });
        return { data: { id }, text: `Removed ${what}.` };
      }),
    );
}
