import { Argument, type Command } from 'commander';
import { ROLES, type Role } from '#shared/features/node/roles.ts';
import type { Cli } from '../cli.ts';
import { facts, table, time } from '../printable.ts';

export function addOperatorCommands(program: Command, cli: Cli): void {
  const operators = program
    .command('operators')
    .description('who can operate this node, and with which role');
  operators
    .command('list')
    .description('links that are open, browsers that are signed in, and tokens of programs')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['operators.list']({});
        const rows = items.map(({ createdAt, expiresAt, id, kind, lastUsedAt, name, role }) => [
          name || '-',
          role,
          kind,
          time(createdAt),
          time(lastUsedAt),
          time(expiresAt),
          id,
        ]);
        const head = ['NAME', 'ROLE', 'KIND', 'CREATED', 'LAST USED', 'ENDS', 'ID'];
        return { data: { items }, text: table(head, rows, 'Nobody but you, at this machine.') };
      }),
    );
  operators
    .command('link')
    .description('make a one-time link for another person; it is shown once and works for ten minutes')
    .addArgument(new Argument('<role>', 'what he may do').choices(ROLES))
    .option('--name <name>', 'for whom it is', '')
    .action((role: Role, { name }: { name: string }) =>
      cli.ask(async (node) => {
        const { url } = await node['node.openLink']({ role, name });
        const text = facts([
          ['role', role],
          ['name', name || undefined],
          ['link', url],
        ]);
        return { data: { role, name, url }, text };
      }),
    );
  operators
    .command('revoke')
    .description('end a link, a session or a token; what is open with it closes at once')
    .argument('<id>')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['operators.revoke']({ id });
        return { data: { id }, text: `Revoked ${id}.` };
      }),
    );
}
