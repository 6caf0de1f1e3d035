import type { ServerView } from '#shared/features/servers/contract.ts';
import type { Answer } from '../cli.ts';
import { facts } from '../printable.ts';

/** What starts it, or where it is. */
export const runs = ({ transport }: ServerView): string =>
  transport.type === 'http'
    ? transport.url
    : transport.type === 'package'
      ? `package ${transport.package}`
      : [transport.command, ...transport.args].join(' ');

export function showServer(server: ServerView): Answer {
  return {
    data: server,
    text: facts([
      ['name', server.name],
      ['title', server.title],
      ['state', server.state],
      [
        'login',
        server.logins
          ?.map(({ account, profile, state }) => [profile, state, account].filter(Boolean).join(' '))
          .join(', '),
      ],
      ['problem', server.problem && `${server.problem.message} ${server.problem.advice}`],
      ['runs', runs(server)],
      ['environment', Object.keys(server.env).join(', ')],
      ['secrets', server.secrets.join(', ')],
      ['says it is', server.serverInfo && `${server.serverInfo.name} ${server.serverInfo.version}`],
      ['tools', server.toolCount],
      ['prompts', server.promptCount],
      ['resources', server.resourceCount],
      ['process', server.pid],
      ['restarts', server.restarts],
    ]),
  };
}
