import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { LoginView } from '#shared/features/servers/login.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { openInBrowser } from '../browser.ts';
import type { Answer, Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { facts, time } from '../printable.ts';
import { askSecret } from '../prompts.ts';

interface LoginFlags {
  profile: string;
  clientId?: string;
  clientSecret?: boolean;
  address?: string;
  browser: boolean;
}

const EXAMPLES = `
Examples:
  toolswarm servers login tracker
  toolswarm servers login tracker --no-browser            prints the address for a browser elsewhere
  toolswarm servers login tracker --address 'http://127.0.0.1:…/callback?code=…'
                                                          the address where that browser ended`;

export function addLoginCommands(servers: Command, cli: Cli): void {
  servers
    .command('login')
    .description('sign in at a remote server that asks for it, in a browser')
    .argument('<name>')
    .option('--profile <name>', 'only for AI clients of this profile', 'default')
    .option('--client-id <id>', 'an application that was registered by hand')
    .option('--client-secret', 'ask for the secret of that application, or take $TOOLSWARM_CLIENT_SECRET')
    .option('--address <url>', 'end a sign-in with the address that a browser elsewhere was sent to')
    .option('--no-browser', 'only print the address')
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: LoginFlags) =>
      cli.ask(async (node) => {
        const { address, profile } = flags;
        if (address === undefined) await begin(node, name, flags, cli);
        else await node['servers.login.finish']({ name, profile, address });
        return showLogin(await outcome(node, name, profile));
      }),
    );
  servers
    .command('logout')
    .description('forget the login at a remote server, and ask the authorization server to end it')
    .argument('<name>')
    .option('--profile <name>', 'only that of this profile', 'default')
    .action((name: string, { profile }: Pick<LoginFlags, 'profile'>) =>
      cli.ask(async (node) => {
        const answer = await node['servers.login.signOut']({ name, profile });
        const text = answer.revoked
          ? 'Signed out.'
          : 'Signed out here; the authorization server confirmed nothing.';
        return { data: answer, text };
      }),
    );
}

async function begin(node: NodeClient, name: string, flags: LoginFlags, cli: Cli): Promise<void> {
  const { io } = cli;
  const { clientId: id, profile } = flags;
  const secret = flags.clientSecret ? await clientSecret(cli) : undefined;
  const client = id === undefined ? undefined : { id, ...(secret ? { secret } : {}) };
  const { url } = await node['servers.login.start']({ name, profile, client });
  io.stderr.write(`Sign in at ${url}\n`);
  if (flags.browser) openInBrowser(url, io.env);
}

async function clientSecret({ io }: Cli): Promise<string> {
  const given = io.env['TOOLSWARM_CLIENT_SECRET'];
  if (given) return given;
  if (isInteractive(io)) return askSecret(io, 'Client secret');
  throw new AppError('cli.secret_needed', 'The client secret is missing.', {
    advice: 'Set TOOLSWARM_CLIENT_SECRET for this command, or run it at a terminal to be asked.',
  });
}

/** Waits until the person has signed in, or it has failed. */
async function outcome(node: NodeClient, name: string, profile: string): Promise<LoginView> {
  for await (const { items } of node['servers.watch']({})) {
    const login = items
      .find((server) => server.name === name)
      ?.logins?.find((one) => one.profile === profile);
    if (!login || login.state === 'waiting') continue;
    if (login.state === 'signed_in') return login;
    const { advice, code, message } = login.problem ?? CANCELLED;
    throw new AppError(code, message, { advice });
  }
  throw new AppError(CANCELLED.code, CANCELLED.message, { advice: CANCELLED.advice });
}

const CANCELLED = {
  code: 'servers.login_cancelled',
  message: 'Signing in was called off.',
  advice: 'Begin again when you like.',
};

const showLogin = (login: LoginView): Answer => ({
  data: login,
  text: facts([
    ['signed in as', login.account],
    ['at', login.issuer],
    ['rights', login.scopes.join(', ')],
    ['until', login.expiresAt && `${time(login.expiresAt)}${login.renewable ? ', renewed by itself' : ''}`],
  ]),
});
