/** `toolswarm reshares`: servers of others that this node shares on. */
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ReshareView } from '#shared/features/relay/resharing.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Io, isInteractive } from '../io.ts';
import { collect, wholeNumber } from '../parse.ts';
import { oneLine, shortId, table, time } from '../printable.ts';
import { confirm } from '../prompts.ts';
import { audienceOf } from './sharing.ts';

interface AddFlags {
  to: string[];
  as?: string;
  tool?: string[];
  depth?: number;
  yes?: boolean;
}

const EXAMPLES = `
A provider says with \`toolswarm servers share NAME --delegation N\` that his server may be shared on. What you share on
is called through this node, under your rules and limits; he can end it at any time.

Examples:
  toolswarm reshares add z6Mk…/notes --to known
  toolswarm reshares add z6Mk…/notes --to everyone --as team-notes --tool search
  toolswarm reshares remove team-notes`;

export function addReshareCommands(program: Command, cli: Cli): void {
  const reshares = program.command('reshares').description('servers of others that you share on');
  reshares.addHelpText('after', EXAMPLES);
  reshares
    .command('list')
    .description('what is shared on, from whom, and through whom')
    .action(() => cli.ask(async (node) => showAll((await node['reshares.list']({})).items)));
  reshares
    .command('add')
    .description('share the approved tools of a server of somebody else on')
    .argument('<server>', 'PROVIDER/SERVER')
    .requiredOption('--to <who...>', 'provider ids, “known”, “everyone”, or “grants”')
    .option('--as <name>', 'its name here')
    .option('--tool <name>', 'only this tool (repeatable)', collect)
    .option('--depth <number>', 'they may share it on as well, so often in a row', wholeNumber)
    .option('--yes', 'share with everyone without being asked')
    .addHelpText('after', EXAMPLES)
    .action((text: string, flags: AddFlags, command: Command) => {
      const [provider = '', server = ''] = text.split(/\/(.*)/s);
      const request = {
        provider,
        server,
        name: flags.as,
        tools: flags.tool,
        audience: audienceOf(flags.to, command),
        ...(flags.depth === undefined ? {} : { delegation: { depth: flags.depth } }),
      };
      return cli.ask(async (node) =>
        showOne(await addWithConsent(node, request, flags.yes === true, cli.io)),
      );
    });
  reshares
    .command('remove')
    .description('end it; calls that are passed on end')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        await node['reshares.remove']({ name });
        return { data: { name }, text: `${name} is no longer shared on.` };
      }),
    );
}

type AddRequest = Omit<Parameters<NodeClient['reshares.add']>[0], 'confirmed'>;

/** Where the node warns, the person at the terminal decides; a program must have said `--yes`. */
async function addWithConsent(
  node: NodeClient,
  request: AddRequest,
  confirmed: boolean,
  io: Io,
): Promise<ReshareView> {
  try {
    return await node['reshares.add']({ ...request, confirmed });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'access.confirm_everyone') throw error;
    if (!isInteractive(io)) throw error;
    io.stderr.write(`${error.message} ${error.advice}\n`);
    if (!(await confirm(io, 'Share it with everyone?'))) throw error;
    return node['reshares.add']({ ...request, confirmed: true });
  }
}

const WORDS = {
  shared: 'shared on',
  cut: 'the leave to share it on has ended',
  nothing: 'none of its tools is approved here',
} as const;

const through = ({ via }: ReshareView): string =>
  via.map(({ name, provider }) => oneLine(name ?? shortId(provider))).join(' > ');

function showAll(items: ReshareView[]): Answer {
  const rows = items.map((item) => [
    item.name,
    through(item),
    WORDS[item.state],
    item.tools.join(', '),
    time(item.until),
  ]);
  const heads = ['NAME', 'FROM', 'STATE', 'TOOLS', 'UNTIL'];
  return { data: { items }, text: table(heads, rows, 'Nothing of others is shared on.') };
}

const showOne = (item: ReshareView): Answer => ({
  data: item,
  text: `${item.name}: ${WORDS[item.state]}, from ${through(item)}.`,
});
