import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { collect, collectPairs } from '../parse.ts';
import { readSecrets } from '../prompts.ts';
import { showServer } from './server-view.ts';

interface AddFlags {
  url?: string;
  env?: Record<string, string>;
  header?: Record<string, string>;
  secret?: string[];
  cwd?: string;
  interaction?: 'auto' | 'on' | 'off';
}

const EXAMPLES = `
Examples:
  toolswarm servers add everything -- npx -y @modelcontextprotocol/server-everything
  toolswarm servers add tracker --secret TRACKER_TOKEN --env LEVEL=info -- tracker-mcp --stdio
  toolswarm servers add docs --url https://docs.example.org/mcp --secret Authorization`;

export function addServersAddCommand(servers: Command, cli: Cli): void {
  servers
    .command('add')
    .description('add an MCP server: a command after --, or --url')
    .argument('<name>', 'lower-case letters, digits, - and _')
    .argument('[command...]', 'the command and its arguments, after --')
    .option('--url <url>', 'a server over HTTP instead of a command')
    .option('--env <name=value>', 'a variable of its environment (repeatable)', collectPairs)
    .option('--header <name=value>', 'a header of its requests (repeatable)', collectPairs)
    .option(
      '--secret <name>',
      'a variable or header kept in the keystore; its value is taken from the environment or asked for (repeatable)',
      collect,
    )
    .option('--cwd <dir>', 'the folder it runs in')
    .option(
      '--interaction <mode>',
      'auto, on or off: whether it may ask its client (sampling, elicitation, roots)',
    )
    .addHelpText('after', EXAMPLES)
    .action((name: string, words: string[], flags: AddFlags, command: Command) => {
      checkUsage(words, flags, command);
      return cli.ask(async (node) => {
        const secretValues = await readSecrets(cli.io, flags.secret ?? []);
        const added = await node['servers.add']({
          name,
          transport: transportOf(words, flags),
          env: { ...flags.env, ...flags.header },
          secrets: flags.secret ?? [],
          secretValues,
          interaction: flags.interaction,
        });
        return showServer(added);
      });
    });
}

function checkUsage(
  words: string[],
  { url, env, header, cwd, interaction }: AddFlags,
  command: Command,
): void {
  if (url ? words.length > 0 : words.length === 0)
    command.error('error: give either a command after -- or --url', { code: 'cli.usage' });
  if (url && (env || cwd)) command.error('error: --env and --cwd are for commands; use --header with --url');
  if (!url && header) command.error('error: --header is for --url; use --env with a command');
  if (interaction && !['auto', 'on', 'off'].includes(interaction))
    command.error('error: --interaction is auto, on or off');
}

function transportOf([command = '', ...args]: string[], { url, cwd }: AddFlags) {
  if (url) return { type: 'http', url } as const;
  return { type: 'stdio', command, args, ...(cwd ? { cwd: resolve(cwd) } : {}) } as const;
}
