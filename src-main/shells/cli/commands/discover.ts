import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { facts, oneLine, plural, table, time } from '../printable.ts';
import { confirm, readSecrets } from '../prompts.ts';
import { showServer } from './server-view.ts';

export function addDiscoverCommands(program: Command, cli: Cli): void {
  const discover = program
    .command('discover')
    .description('servers that a centralized MCP registry lists, from a copy that is kept here');
  addSync(discover, cli);
  addSearch(discover, cli);
  addShow(discover, cli);
  addAdd(discover, cli);
}

function addSync(discover: Command, cli: Cli): void {
  discover
    .command('sync')
    .description('read from the registry what changed since the last time')
    .action(() =>
      cli.ask(async (node) => {
        const data = await node['central.sync']({});
        return { data, text: `Read ${plural(data.read, 'server')}; the copy has ${data.count}.` };
      }),
    );
}

function addSearch(discover: Command, cli: Cli): void {
  discover
    .command('search')
    .description('find servers that have all the words')
    .argument('[words...]')
    .option('--limit <n>', 'at most so many', '30')
    .action((words: string[], { limit }: { limit: string }) =>
      cli.ask(async (node) => {
        const data = await node['central.list']({ text: words.join(' '), limit: Number(limit) });
        const rows = data.items.map((item) => [
          item.name,
          item.version,
          item.kinds.join(', '),
          item.description ?? '',
        ]);
        const empty = 'Nothing found. `toolswarm discover sync` reads the registry.';
        return { data, text: table(['NAME', 'VERSION', 'RUNS AS', 'DESCRIPTION'], rows, empty) };
      }),
    );
}

function addShow(discover: Command, cli: Cli): void {
  discover
    .command('show')
    .description('one listed server')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        const data = await node['central.show']({ name });
        const text = facts([
          ['name', data.name],
          ['title', data.title],
          ['version', data.version],
          ['status', data.status],
          ['changed', time(data.updatedAt)],
          ['runs as', data.kinds.join(', ')],
          ['source', data.repository],
          ['website', data.website],
          ['description', data.description],
        ]);
        return { data, text };
      }),
    );
}

function addAdd(discover: Command, cli: Cli): void {
  discover
    .command('add')
    .description('add a listed server to this node; it runs here, or is called where it is')
    .argument('<name>')
    .option('--as <name>', 'its name here')
    .option('--yes', 'do not ask')
    .action((name: string, { as, yes }: { as?: string; yes?: boolean }) =>
      cli.ask(async (node) => {
        const { serverJson } = await node['central.show']({ name });
        // Nothing else: what a stranger lists must not have this machine's variables filled in, as a client's own file has.
        const { items } = await node['servers.previewImport']({ text: serverJson, format: 'server.json' });
        const [candidate] = items;
        if (!candidate?.config) throw impossible(name, candidate?.problem);
        const { secretValues = {}, ...config } = candidate.config;
        if (!yes) await agree(cli, config.transport);
        const missing = config.secrets.filter((secret) => secretValues[secret] === undefined);
        const given = await readSecrets(cli.io, missing);
        const added = await node['servers.add']({
          ...config,
          name: as ?? candidate.name,
          secretValues: { ...secretValues, ...given },
        });
        return showServer(added);
      }),
    );
}

type Transport = NonNullable<Candidate['config']>['transport'];
type Candidate = Awaited<ReturnType<NodeClient['servers.previewImport']>>['items'][number];

/** A stranger wrote what is about to run: it is shown whole, and a person says yes. */
async function agree({ io }: Cli, transport: Transport): Promise<void> {
  const isCommand = transport.type === 'stdio';
  const what = isCommand ? [transport.command, ...transport.args].join(' ') : transport.url;
  const says = isCommand ? `This will run here: ${oneLine(what)}` : `Calls will go to ${oneLine(what)}`;
  if (isInteractive(io)) {
    io.stderr.write(`${says}\n`);
    if (await confirm(io, 'Add it?')) return;
  }
  throw new AppError('cli.not_confirmed', `Nothing was added. ${says}`, {
    advice: 'Run the command again with --yes where that is what you want.',
  });
}

const impossible = (name: string, problem: string | undefined): AppError =>
  new AppError('central.cannot_run', `${name} cannot be run here. ${problem ?? ''}`.trim(), {
    advice: 'Look at its server.json with `toolswarm discover show --json`.',
  });
