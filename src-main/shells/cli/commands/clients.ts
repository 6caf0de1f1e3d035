import { type Command, InvalidArgumentError, Option } from 'commander';
import { MAX_TOKEN_DAYS, TOKEN_SCOPES, type TokenScope } from '#shared/features/clients/token-scopes.ts';
import type { Cli } from '../cli.ts';
import { facts, table, time } from '../printable.ts';
import { addClientFileCommands } from './client-files.ts';

export function addClientCommands(program: Command, cli: Cli): void {
  const clients = program.command('clients').description('AI clients and their tokens');
  clients
    .command('list')
    .description('AI clients that were given a token')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['clients.list']({});
        const rows = items.map((client) => [
          client.name,
          client.profile,
          client.scope,
          time(client.createdAt),
          time(client.expiresAt),
          time(client.lastUsedAt),
          client.id,
        ]);
        const text = table(
          ['NAME', 'PROFILE', 'SCOPE', 'CREATED', 'ENDS', 'LAST USED', 'ID'],
          rows,
          'No clients yet.',
        );
        return { data: { items }, text };
      }),
    );
  clients
    .command('create')
    .description('make a token for an AI client; it is shown once')
    .argument('<name>')
    .option('--profile <name>', 'the view of the catalog it gets')
    .addOption(
      new Option(
        '--scope <scope>',
        'call: everything; read: what says that it only reads; list: see, call nothing',
      )
        .choices(TOKEN_SCOPES)
        .default('call'),
    )
    .option('--days <number>', 'how long it lasts; otherwise until it is revoked', wholeDays)
    .action((name: string, { days, profile, scope }: NewToken) =>
      cli.ask(async (node) => {
        const term = days === undefined ? {} : { forDays: days };
        const client = await node['clients.create']({ name, profile, scope, ...term });
        const text = facts([
          ['name', client.name],
          ['profile', client.profile],
          ['scope', client.scope],
          ['ends', client.expiresAt === undefined ? undefined : time(client.expiresAt)],
          ['id', client.id],
          ['token', client.token],
        ]);
        return { data: client, text };
      }),
    );
  clients
    .command('revoke')
    .description('end a client’s token at once')
    .argument('<id>')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['clients.revoke']({ id });
        return { data: { id }, text: `Revoked ${id}.` };
      }),
    );
  clients
    .command('connected')
    .description('AI clients that are connected now')
    .action(() =>
      cli.ask(async (node) => {
        const stop = new AbortController();
        for await (const { items } of node['clients.sessions']({}, { signal: stop.signal })) {
          stop.abort();
          const rows = items.map((session) => [
            [session.name ?? '?', session.version].filter(Boolean).join(' '),
            session.profile,
            session.transport,
            time(session.since),
            String(session.calls),
          ]);
          const text = table(['CLIENT', 'PROFILE', 'OVER', 'SINCE', 'CALLS'], rows, 'Nobody is connected.');
          return { data: { items }, text };
        }
        return { data: { items: [] }, text: 'Nobody is connected.' };
      }),
    );
  addClientFileCommands(clients, cli);
  clients
    .command('connection')
    .description('what an AI client’s configuration needs')
    .option('--profile <name>', 'the view of the catalog it gets')
    .action(({ profile }: { profile?: string }) =>
      cli.ask(async (node) => {
        const connection = await node['clients.connection']({ profile });
        const text = facts([
          ['url', connection.url],
          ['header', `Authorization: Bearer ${connection.token}`],
          ['or command', [connection.command, ...connection.args].join(' ')],
        ]);
        return { data: connection, text };
      }),
    );
}

interface NewToken {
  days?: number;
  profile?: string;
  scope: TokenScope;
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_TOKEN_DAYS) return days;
  throw new InvalidArgumentError(`Give a number of days from 1 to ${MAX_TOKEN_DAYS}.`);
}
