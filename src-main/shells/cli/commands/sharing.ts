import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Audience, Share } from '#shared/features/access/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Io, isInteractive } from '../io.ts';
import { collect } from '../parse.ts';
import { plural, table } from '../printable.ts';
import { confirm } from '../prompts.ts';

interface ShareFlags {
  to: string[];
  tool?: string[];
  yes?: boolean;
}

const EXAMPLES = `
Examples:
  toolswarm servers share everything --to z6Mk…            one provider
  toolswarm servers share everything --to known            those you connected to or pinned
  toolswarm servers share everything --to everyone --tool echo`;

export function addSharingCommands(servers: Command, cli: Cli): void {
  servers
    .command('share')
    .description('share a server with providers, with those you know, or with everyone')
    .argument('<name>')
    .requiredOption('--to <who...>', 'provider ids, “known” or “everyone”')
    .option('--tool <name>', 'only this tool (repeatable); without it all, now and later', collect)
    .option('--yes', 'share with everyone without being asked')
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: ShareFlags, command: Command) => {
      const audience = audienceOf(flags.to, command);
      return cli.ask(async (node) => {
        const request = { name, audience, ...(flags.tool ? { tools: flags.tool } : {}) };
        return showShare(await shareWithConsent(node, request, flags.yes === true, cli.io));
      });
    });
  servers
    .command('unshare')
    .description('end the sharing of a server; calls of peers in flight end')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        await node['servers.unshare']({ name });
        return { data: { name }, text: `${name} is shared with nobody.` };
      }),
    );
  servers
    .command('shares')
    .description('what is shared, and with whom')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['access.shares']({});
        const rows = items.map((share) => [share.server, withWhom(share), share.tools?.join(', ') ?? 'all']);
        return { data: { items }, text: table(['SERVER', 'WITH', 'TOOLS'], rows, 'Nothing is shared.') };
      }),
    );
}

function audienceOf(words: string[], command: Command): Audience {
  const [only] = words;
  if (words.length === 1 && (only === 'known' || only === 'everyone')) return { kind: only };
  if (words.includes('known') || words.includes('everyone'))
    command.error('error: “known” and “everyone” stand alone after --to');
  return { kind: 'providers', providers: words };
}

type ShareRequest = Omit<Parameters<NodeClient['servers.share']>[0], 'confirmed'>;

/** Where the node warns, the person at the terminal decides; a program must have said `--yes`. */
async function shareWithConsent(
  node: NodeClient,
  request: ShareRequest,
  confirmed: boolean,
  io: Io,
): Promise<Share> {
  try {
    return await node['servers.share']({ ...request, confirmed });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'access.confirm_everyone') throw error;
    if (!isInteractive(io)) throw error;
    io.stderr.write(`${error.message} ${error.advice}\n`);
    if (!(await confirm(io, 'Share it with everyone?'))) throw error;
    return node['servers.share']({ ...request, confirmed: true });
  }
}

function withWhom({ audience }: Share): string {
  if (audience.kind === 'providers') return audience.providers.join(', ');
  return audience.kind === 'known' ? 'those you know' : 'everyone';
}

function showShare(share: Share): Answer {
  const what = share.tools ? `${plural(share.tools.length, 'tool')} of ${share.server}` : share.server;
  return { data: share, text: `Shared ${what} with ${withWhom(share)}.` };
}
