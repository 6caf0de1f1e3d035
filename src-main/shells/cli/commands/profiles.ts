import type { Command } from 'commander';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { collect } from '../parse.ts';
import { plural, table, yesNo } from '../printable.ts';

interface SetFlags {
  server?: string[] | false;
  tool?: string[];
  hide?: string[];
  prefix: boolean;
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
    .action((name: string, flags: SetFlags) =>
      cli.ask(async (node) => {
        const { server, tool, hide, prefix } = flags;
        const servers = server === false ? [] : server;
        const request = { name, servers, includeTools: tool, excludeTools: hide, prefix };
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
        const sum = `${plural(preview.tools, 'tool')}, about ${plural(preview.tokens, 'token')}`;
        return { data: preview, text: `${table(['SERVER', 'TOOLS'], rows, 'No tools.')}\n\n${sum}` };
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

const unknownProfile = (name: string): AppError =>
  new AppError('clients.unknown_profile', `There is no profile called “${name.slice(0, 64)}”.`, {
    advice: 'See `toolswarm profiles list`.',
  });
