import { type Command, Option } from 'commander';
import { CATALOG_CHOICES, type CatalogChoice, DEFAULT_BUDGET } from '#shared/features/clients/budget.ts';
import type { ProfileCatalog } from '#shared/features/clients/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { collect, wholeNumber } from '../parse.ts';
import { plural, table, yesNo } from '../printable.ts';

interface SetFlags {
  server?: string[] | false;
  tool?: string[];
  hide?: string[];
  prefix: boolean;
  catalog?: CatalogChoice;
  budget?: number;
  list?: string[];
}

export function addProfileCommands(program: Command, cli: Cli): void {
  const profiles = program.command('profiles').description('views of the catalog for clients');
  profiles
    .command('list')
    .description('all profiles')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['profiles.list']({});
        const rows = items.map(({ name, servers, includeTools, excludeTools, prefix }) => [
          name,
          servers?.join(', ') ?? 'all',
          includeTools?.join(', ') ?? '',
          excludeTools?.join(', ') ?? '',
          yesNo(prefix),
        ]);
        const header = ['NAME', 'SERVERS', 'ALSO', 'BUT NOT', 'PREFIX'];
        return { data: { items }, text: table(header, rows, 'No profiles.') };
      }),
    );
  profiles
    .command('set')
    .description('make or change a profile')
    .argument('<name>')
    .option('--server <name>', 'show only this server (repeatable); without it all', collect)
    .option('--no-server', 'show no whole server, only single tools')
    .option('--tool <name>', 'show this tool as well (repeatable)', collect)
    .option('--hide <name>', 'hide this tool (repeatable)', collect)
    .option('--no-prefix', 'catalog names without the server’s name in front')
    .addOption(
      new Option(
        '--catalog <how>',
        'list every tool (full), let clients search (search), or decide by the budget (auto)',
      ).choices(CATALOG_CHOICES),
    )
    .option(
      '--budget <tokens>',
      `tokens of tools up to which all are listed (default: ${DEFAULT_BUDGET})`,
      wholeNumber,
    )
    .option('--list <name>', 'list this tool even where the rest is searched (repeatable)', collect)
    .action((name: string, flags: SetFlags) =>
      cli.ask(async (node) => {
        const { budget, catalog, hide, list, prefix, server, tool } = flags;
        const servers = server === false ? [] : server;
        const chosen = { servers, includeTools: tool, excludeTools: hide };
        const request = { name, ...chosen, prefix, catalog, budget, alwaysListed: list };
        return { data: await node['profiles.set'](request), text: `Profile ${name} is set.` };
      }),
    );
  profiles
    .command('preview')
    .description('how many tools a profile shows, and about how many tokens a model reads for them')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        const { items } = await node['profiles.list']({});
        const profile = items.find((item) => item.name === name);
        if (!profile) throw unknownProfile(name);
        const preview = await node['profiles.preview'](profile);
        const rows = preview.servers.map(({ server, shown, tools }) => [server, `${shown} of ${tools}`]);
        const sum = `${plural(preview.tools, 'tool')}, about ${plural(preview.tokens, 'token')}; ${effectOf(preview)}`;
        return { data: preview, text: `${table(['SERVER', 'TOOLS'], rows, 'No tools.')}\n\n${sum}` };
      }),
    );
  profiles
    .command('catalog')
    .description(
      'what clients get: all tools listed, or tools to find them with, and what that costs a model',
    )
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['profiles.catalog']({});
        const rows = items.map((item) => [
          item.profile,
          item.choice,
          item.mode === 'full' ? 'all listed' : 'searched',
          String(item.tools),
          `${item.listed.tokens} of ${item.tokens}`,
          String(item.budget),
          item.alwaysListed.join(', '),
        ]);
        const header = ['PROFILE', 'CATALOG', 'TOOLS ARE', 'TOOLS', 'TOKENS READ', 'BUDGET', 'ALWAYS LISTED'];
        return { data: { items }, text: table(header, rows, 'No profiles.') };
      }),
    );
  profiles
    .command('remove')
    .description('remove a profile; its clients’ tokens end')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        await node['profiles.remove']({ name });
        return { data: { name }, text: `Removed the profile ${name}.` };
      }),
    );
}

const effectOf = ({ listed, mode }: Pick<ProfileCatalog, 'listed' | 'mode'>): string =>
  mode === 'full'
    ? 'all are listed'
    : `searched: ${plural(listed.tools, 'tool')} listed, about ${plural(listed.tokens, 'token')}`;

const unknownProfile = (name: string): AppError =>
  new AppError('clients.unknown_profile', `There is no profile called “${name.slice(0, 64)}”.`, {
    advice: 'See `toolswarm profiles list`.',
  });
