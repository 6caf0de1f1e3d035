import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { collect } from '../parse.ts';
import { table, yesNo } from '../printable.ts';

export function addProfileCommands(program: Command, cli: Cli): void {
  const profiles = program.command('profiles').description('views of the catalog for clients');
  profiles
    .command('list')
    .description('all profiles')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['profiles.list']({});
        const rows = items.map(({ name, servers, prefix }) => [
          name,
          servers?.join(', ') ?? 'all',
          yesNo(prefix),
        ]);
        return { data: { items }, text: table(['NAME', 'SERVERS', 'PREFIX'], rows, 'No profiles.') };
      }),
    );
  profiles
    .command('set')
    .description('make or change a profile')
    .argument('<name>')
    .option('--server <name>', 'show only this server (repeatable); without it all', collect)
    .option('--no-prefix', 'catalog names without the server’s name in front')
    .action((name: string, flags: { server?: string[]; prefix: boolean }) =>
      cli.ask(async (node) => {
        const request = { name, servers: flags.server, prefix: flags.prefix };
        return { data: await node['profiles.set'](request), text: `Profile ${name} is set.` };
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
