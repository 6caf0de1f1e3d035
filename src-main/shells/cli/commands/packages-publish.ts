/** `toolswarm packages init, check, publish` and what becomes of what was published. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { byteSize, facts, oneLine, table } from '../printable.ts';
import {
  channelArgument,
  channelOption,
  secretsFrom,
  type SettingFlags,
  settingsUntold,
  withSettings,
} from './packages-settings.ts';
import { reportText, showDetails } from './packages-text.ts';

interface PublishFlags extends SettingFlags {
  channel?: Channel;
  notes?: string;
}

const RELEASE = /^[0-9a-f]{64}$/;

export function addPackagePublishCommands(packages: Command, cli: Cli): void {
  packages
    .command('init')
    .description('write a manifest.json for the server in a folder, with what can be found out about it')
    .argument('[folder]', 'default: this one')
    .option('--name <name>', 'the package’s name: lower-case letters, digits, - and _')
    .action((folder: string | undefined, { name }: { name?: string }) =>
      cli.ask(async (node) => {
        const data = await node['packages.init']({ path: resolve(folder ?? '.'), name });
        const next = 'Read it and complete it, above all its permissions; then: toolswarm packages check';
        return { data, text: `Wrote ${oneLine(data.path)}.\n${next}` };
      }),
    );
  withSettings(
    packages
      .command('check')
      .description('try a package as a stranger’s machine would: its manifest, its server, its tools')
      .argument('[what]', 'a folder or an .mcpb file (default: this folder)'),
  ).action((what: string | undefined, flags: SettingFlags) =>
    cli.follow(async (node, print) => {
      const report = await node['packages.check'](await triedWith(cli, what, flags));
      print({ data: report, text: `${reportText(report)}${report.ok ? '\n\nIt can be published.' : ''}` });
      if (!report.ok) throw notPassed();
    }),
  );
  withSettings(
    packages
      .command('publish')
      .description('check a package, sign a release of it, keep it for peers and announce it')
      .argument('[what]', 'a folder or an .mcpb file (default: this folder)')
      .addOption(channelOption('for everybody, or for those who try things (default: stable)'))
      .option('--notes <text>', 'what is new'),
  ).action((what: string | undefined, flags: PublishFlags) =>
    cli.ask(async (node) => {
      const { channel, notes } = flags;
      const tried = await triedWith(cli, what, flags);
      const data = await node['packages.publish']({ ...tried, channel, notes });
      const text = facts([
        ['published', `${data.id}@${data.version}`],
        ['release', data.release],
        ['link', data.link],
      ]);
      return { data, text };
    }),
  );
  addPublished(packages, cli);
}

/** Servers that need settings to start are tried with them; nothing of it is published. */
async function triedWith(cli: Cli, what: string | undefined, flags: SettingFlags) {
  const path = resolve(what ?? '.');
  return { path, settings: settingsUntold(flags), secretValues: await secretsFrom(cli, flags) };
}

function addPublished(packages: Command, cli: Cli): void {
  packages
    .command('published')
    .description('packages that this node publishes')
    .action(() => cli.ask(listPublished));
  packages
    .command('channel')
    .description('move a published version to another channel')
    .argument('<name>')
    .argument('<version>')
    .addArgument(channelArgument())
    .action((name: string, version: string, channel: Channel) =>
      cli.ask(async (node) => showDetails(await node['packages.setChannel']({ name, version, channel }))),
    );
  packages
    .command('withdraw')
    .description(
      'say that a version should be used no longer; without a version, offer the package no longer',
    )
    .argument('<name>')
    .argument('[version]')
    .option('--reason <text>', 'why; whoever has it reads it')
    .action((name: string, version: string | undefined, { reason }: { reason?: string }) =>
      cli.ask(async (node) => {
        await node['packages.withdraw']({ name, version, reason });
        const text = version
          ? `${name} ${version} is withdrawn: whoever looks at it reads why.`
          : `${name} is offered no longer.`;
        return { data: { name, version }, text };
      }),
    );
  packages
    .command('link')
    .description('a link to a release, for somebody else')
    .argument('<what>', 'the id of a release, z6Mk…/name[@version], or the name of a package of yours')
    .action((what: string) =>
      cli.ask(async (node) => {
        const release = RELEASE.test(what) ? what : await releaseNamed(node, what);
        const data = await node['packages.link']({ release });
        return { data, text: data.link };
      }),
    );
}

async function listPublished(node: NodeClient): Promise<Answer> {
  const { items } = await node['packages.published']({});
  const rows = items.map(({ id, name, sentBytes, versions }) => [
    name,
    versions
      .map(
        ({ channel, version, withdrawn }) => `${version} ${withdrawn === undefined ? channel : 'withdrawn'}`,
      )
      .join(', '),
    byteSize(sentBytes),
    id,
  ]);
  const text = table(['NAME', 'VERSIONS', 'GIVEN', 'ID'], rows, 'This node publishes no package.');
  return { data: { items }, text };
}

/** The release of a package that is meant; without a version its newest. Throws `packages.no_release`. */
async function releaseNamed(node: NodeClient, what: string): Promise<string> {
  const [name = '', version] = what.split('@');
  const details = name.includes('/')
    ? await node['packages.show']({ id: name })
    : (await node['packages.published']({})).items.find((one) => one.name === name);
  const wanted = version ?? details?.version;
  const found = details?.versions.find((one) => one.version === wanted);
  if (found) return found.release;
  throw new AppError('packages.no_release', `There is no release ${what}.`, {
    advice: 'See which there are with `toolswarm packages show` or `published`.',
  });
}

const notPassed = (): AppError =>
  new AppError('packages.check_failed', 'The package did not pass its check.', {
    advice: 'Mend the errors above, then check again.',
  });
