import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ServerView } from '#shared/features/servers/contract.ts';
import type { Cli } from '../cli.ts';
import { collect, collectPairs } from '../parse.ts';
import { showServer } from './server-view.ts';
import { readSecrets } from '../prompts.ts';

interface EditFlags {
  rename?: string;
  url?: string;
  env?: Record<string, string>;
  unset?: string[];
  secret?: string[];
  cwd?: string;
  interaction?: 'auto' | 'on' | 'off';
  title?: string;
  description?: string;
  tag?: string[];
  unchecked?: boolean;
}

const EXAMPLES = `
Examples:
  toolswarm servers edit files -- npx -y @modelcontextprotocol/server-filesystem ~/notes
  toolswarm servers edit tracker --secret TRACKER_TOKEN       another value, from the environment or asked for
  toolswarm servers edit tracker --env LEVEL=debug --unset REGION
  toolswarm servers edit tracker --title "Our issues" --tag work --tag issues`;

export function addServersEditCommand(servers: Command, cli: Cli): void {
  servers
    .command('edit')
    .description('change a server; it is started with the change before the old configuration is given up')
    .argument('<name>')
    .argument('[command...]', 'another command and its arguments, after --')
    .option('--rename <name>', 'another name; sharing and secrets move with it')
    .option('--url <url>', 'another address')
    .option('--env <name=value>', 'a variable or header in plain sight (repeatable)', collectPairs)
    .option('--unset <name>', 'a variable, header or secret to remove (repeatable)', collect)
    .option(
      '--secret <name>',
      'a secret to set; its value is taken from the environment or asked for (repeatable)',
      collect,
    )
    .option('--cwd <dir>', 'the folder it runs in')
    .option('--interaction <mode>', 'auto, on or off: whether it may ask its client')
    .option('--title <text>', 'what people read; empty: what it calls itself')
    .option('--description <text>', 'what it is for; empty: none')
    .option('--tag <tag>', 'its tags instead of those before (repeatable)', collect)
    .option('--unchecked', 'keep the change even where the server does not start with it')
    .addHelpText('after', EXAMPLES)
    .action((name: string, words: string[], flags: EditFlags, command: Command) => {
      if (flags.url && words.length > 0)
        command.error('error: give either a command after -- or --url', { code: 'cli.usage' });
      if (flags.interaction && !['auto', 'on', 'off'].includes(flags.interaction))
        command.error('error: --interaction is auto, on or off');
      return cli.ask(async (node) => {
        const server = await node['servers.get']({ name });
        const { description, interaction, rename, tag, title, unchecked } = flags;
        const changed = await node['servers.update']({
          name,
          rename,
          title,
          description,
          interaction,
          tags: tag,
          unchecked,
          transport: transportOf(server, words, flags),
          env: environmentOf(server, flags),
          removeSecrets: (flags.unset ?? []).filter((one) => server.secrets.includes(one)),
          secretValues: await readSecrets(cli.io, flags.secret ?? []),
        });
        return showServer(changed);
      });
    });
}

function transportOf({ transport }: ServerView, words: string[], { cwd, url }: EditFlags) {
  if (url) return { type: 'http', url } as const;
  const [command, ...args] = words;
  const program = transport.type === 'stdio' ? transport : undefined;
  if (command === undefined && cwd === undefined) return undefined;
  const folder = cwd === undefined ? program?.cwd : resolve(cwd);
  return {
    type: 'stdio',
    command: command ?? program?.command ?? '',
    args: command === undefined ? (program?.args ?? []) : args,
    ...(folder === undefined ? {} : { cwd: folder }),
  } as const;
}

function environmentOf({ env }: ServerView, { env: set, unset = [] }: EditFlags) {
  if (!set && unset.length === 0) return undefined;
  return Object.fromEntries(Object.entries({ ...env, ...set }).filter(([name]) => !unset.includes(name)));
}
