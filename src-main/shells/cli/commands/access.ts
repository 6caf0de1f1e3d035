/** `toolswarm access`: grants made and held, and requests for them. */
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { MadeGrantView } from '#shared/features/access/grants-contract.ts';
import type { Answer, Cli } from '../cli.ts';
import { collect, collectPairs, jsonObject, wholeNumber } from '../parse.ts';
import { oneLine, table, time } from '../printable.ts';

interface GrantFlags {
  tool?: string[];
  args?: Record<string, string>;
  calls?: number;
  days?: number;
  depth?: number;
  note?: string;
}

const EXAMPLES = `
Examples:
  toolswarm access grant notes z6Mk… --tool search --days 7 --calls 1000
  toolswarm access grant files z6Mk… --tool read --args 'read={"properties":{"path":{"pattern":"^public/"}}}'
  toolswarm access ask z6Mk… notes --words "For our team's wiki"`;

export function addAccessCommands(program: Command, cli: Cli): void {
  const access = program
    .command('access')
    .description('who may call what beyond what is shared, for how long');
  access.addHelpText('after', EXAMPLES);
  addGrantCommands(access, cli);
  addRequestCommands(access, cli);
}

function addGrantCommands(access: Command, cli: Cli): void {
  access
    .command('uses')
    .description('who last called which tool of yours')
    .action(() => cli.ask(showUses));
  access
    .command('check')
    .description('try a constraint before it goes into a grant')
    .argument('<schema>', 'JSON Schema that the arguments of a tool must fit')
    .option('--try <arguments>', 'arguments as a JSON object, to see whether they fit', jsonObject)
    .action((schema: string, flags: { try?: Record<string, unknown> }) =>
      cli.ask((node) => showCheck(node, schema, flags.try)),
    );
  access
    .command('list')
    .description('grants made here, and grants of others to you')
    .action(() => cli.ask(showGrants));
  access
    .command('grant')
    .description('let one provider call tools of a server for a time')
    .argument('<server>')
    .argument('<provider>', 'provider id')
    .option('--tool <name>', 'only this tool (repeatable)', collect)
    .option(
      '--args <tool=schema>',
      'JSON Schema that the arguments of a tool must fit (repeatable)',
      collectPairs,
    )
    .option('--calls <number>', 'so many calls in all', wholeNumber)
    .option('--days <number>', 'ends after so many days (30)', wholeNumber)
    .option('--depth <number>', 'they may share it on, so often in a row', wholeNumber)
    .option('--note <text>', 'what it is for; stays here')
    .action((server: string, to: string, { tool, ...flags }: GrantFlags) =>
      cli.ask(async (node) => told(await node['access.grant']({ server, to, tools: tool, ...flags }))),
    );
  access
    .command('revoke')
    .description('end a grant; calls under it that run end')
    .argument('<id>', 'its id or the beginning of it')
    .action((start: string) =>
      cli.ask(async (node) => {
        const { made } = await node['access.grants']({});
        const fitting = made.filter(({ id }) => id.startsWith(start));
        const id = fitting.length === 1 ? (fitting[0]?.id ?? start) : start;
        await node['access.revoke']({ id });
        return { data: { id }, text: 'The grant has ended.' };
      }),
    );
}

function addRequestCommands(access: Command, cli: Cli): void {
  access
    .command('requests')
    .description('requests for access, of others and of yours')
    .action(() => cli.ask(showRequests));
  access
    .command('ask')
    .description('ask a connected provider for access to a server of his')
    .argument('<provider>', 'provider id')
    .argument('<server>')
    .option('--tool <name>', 'only this tool (repeatable)', collect)
    .option('--words <text>', 'what to say with it')
    .action((provider: string, server: string, flags: { tool?: string[]; words?: string }) =>
      cli.ask(async (node) => {
        const asked = await node['access.ask']({ provider, server, tools: flags.tool, words: flags.words });
        return {
          data: asked,
          text: 'The provider was asked. `toolswarm access requests` shows what he says.',
        };
      }),
    );
  access
    .command('accept')
    .description('accept a request: make the grant')
    .argument('<id>', 'number of the request', wholeNumber)
    .option('--tool <name>', 'only this tool instead of those asked for (repeatable)', collect)
    .option('--calls <number>', 'so many calls in all', wholeNumber)
    .option('--days <number>', 'ends after so many days (30)', wholeNumber)
    .action((id: number, { tool, ...flags }: GrantFlags) =>
      cli.ask(async (node) => told(await node['access.accept']({ id, tools: tool, ...flags }))),
    );
  access
    .command('decline')
    .description('decline a request')
    .argument('<id>', 'number of the request', wholeNumber)
    .action((id: number) =>
      cli.ask(async (node) => {
        await node['access.decline']({ id });
        return { data: { id }, text: 'The request was declined.' };
      }),
    );
}

async function showUses(node: NodeClient): Promise<Answer> {
  const { items } = await node['invocations.uses']({});
  const rows = items.map((one) => [
    oneLine(one.server),
    oneLine(one.tool ?? ''),
    oneLine(one.providerName ?? one.providerId),
    String(one.calls),
    time(one.at),
  ]);
  const header = ['SERVER', 'TOOL', 'PROVIDER', 'CALLS', 'LAST'];
  return { data: { items }, text: table(header, rows, 'Nobody has called your tools lately.') };
}

async function showCheck(
  node: NodeClient,
  schema: string,
  args: Record<string, unknown> | undefined,
): Promise<Answer> {
  const { fits, problem } = await node['access.checkConstraint']({ schema, arguments: args });
  const words = fits === undefined ? 'It can be used.' : fits ? 'They fit.' : 'They do not fit.';
  return { data: { fits, problem }, text: problem ?? words };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

const told = (made: MadeGrantView): Answer => ({
  data: made,
  text: `Granted until ${day(made.expiresAt)}. End it with \`toolswarm access revoke ${made.id.slice(0, 12)}\`.`,
});

async function showGrants(node: NodeClient): Promise<Answer> {
  const grants = await node['access.grants']({});
  const made = grants.made.map((one) => [
    one.id.slice(0, 12),
    oneLine(one.toName ?? one.to),
    one.server,
    one.tools?.map(oneLine).join(', ') ?? 'all',
    one.calls === undefined ? String(one.used) : `${one.used} of ${one.calls}`,
    day(one.expiresAt),
    one.state,
  ]);
  const held = grants.held.map((one) => [
    one.id.slice(0, 12),
    oneLine(one.providerName ?? one.provider),
    one.server,
    one.tools?.map(oneLine).join(', ') ?? 'all',
    day(one.expiresAt),
    one.state,
  ]);
  return {
    data: grants,
    text: [
      table(
        ['GRANT', 'TO', 'SERVER', 'TOOLS', 'CALLS', 'UNTIL', 'STATE'],
        made,
        'You granted nobody anything.',
      ),
      table(['GRANT', 'OF', 'SERVER', 'TOOLS', 'UNTIL', 'STATE'], held, 'Nobody granted you anything.'),
    ].join('\n\n'),
  };
}

async function showRequests(node: NodeClient): Promise<Answer> {
  const { items } = await node['access.requests']({});
  const rows = items.map((one) => [
    String(one.id),
    one.side === 'here' ? 'to you' : 'of yours',
    oneLine(one.providerName ?? one.provider),
    oneLine(one.server),
    oneLine(one.words),
    one.state,
  ]);
  return {
    data: { items },
    text: table(['ID', 'WHICH', 'PROVIDER', 'SERVER', 'WORDS', 'STATE'], rows, 'No requests.'),
  };
}
