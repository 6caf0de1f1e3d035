import { type Command, Option } from 'commander';
import type { ApiScope } from '#shared/features/node/contract.ts';
import { ROLES, type Role } from '#shared/features/node/roles.ts';
import type { Cli } from '../cli.ts';
import { facts, table, time } from '../printable.ts';

export function addApiCommands(program: Command, cli: Cli): void {
  const api = program.command('api').description('tokens for programs that use the HTTP API');
  api
    .command('list')
    .description('tokens that were made')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['api.tokens.list']({});
        const rows = items.map((token) => [
          token.name,
          token.scope,
          token.role,
          time(token.createdAt),
          time(token.lastUsedAt),
          token.id,
        ]);
        return {
          data: { items },
          text: table(['NAME', 'SCOPE', 'ROLE', 'CREATED', 'LAST USED', 'ID'], rows, 'No tokens yet.'),
        };
      }),
    );
  api
    .command('create')
    .description('make a token; it is shown once')
    .argument('<name>')
    .addOption(
      new Option('--scope <scope>', 'read: queries and streams; operate: everything')
        .choices(['read', 'operate'])
        .default('read'),
    )
    .addOption(new Option('--role <role>', 'of its holder').choices(ROLES).default('owner'))
    .action((name: string, { role, scope }: { role: Role; scope: ApiScope }) =>
      cli.ask(async (node) => {
        const token = await node['api.tokens.create']({ name, role, scope });
        const text = facts([
          ['name', token.name],
          ['scope', token.scope],
          ['role', token.role],
          ['id', token.id],
          ['token', token.token],
        ]);
        return { data: token, text };
      }),
    );
  api
    .command('revoke')
    .description('end a token at once')
    .argument('<id>')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['api.tokens.revoke']({ id });
        return { data: { id }, text: `Revoked ${id}.` };
      }),
    );
}
