/** `toolswarm limits`: how much others may use, and how busy this node is with them. */
import type { Command } from 'commander';
import type { LimitScope, ScopedLimit } from '#shared/features/access/limits.ts';
import type { Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { facts, oneLine, table } from '../printable.ts';

interface LimitFlags {
  calls?: number;
  concurrent?: number;
  kibIn?: number;
  kibOut?: number;
  cpu?: number;
  memory?: number;
}

const EXAMPLES = `
Scopes: all (all peers together), each (every provider by itself), a provider id, a server, server/tool,
or grant:ID (calls under one grant). Processor time and memory are limits of a server.

Examples:
  toolswarm limits set each --calls 600 --concurrent 16
  toolswarm limits set notes/search --calls 60
  toolswarm limits set files --cpu 20 --memory 512
  toolswarm limits remove notes/search`;

export function addLimitCommands(program: Command, cli: Cli): void {
  const limits = program.command('limits').description('how much others may use of what is shared');
  limits.addHelpText('after', EXAMPLES);
  limits
    .command('list')
    .description('all limits; every one that fits a call holds')
    .action(() => cli.ask(async (node) => showLimits((await node['access.limits']({})).items)));
  limits
    .command('set')
    .description('set the limit of a scope; what is not named is not limited')
    .argument('<scope>')
    .option('--calls <number>', 'calls a minute', wholeNumber)
    .option('--concurrent <number>', 'calls that run at the same time', wholeNumber)
    .option('--kib-in <number>', 'KiB of arguments a minute', wholeNumber)
    .option('--kib-out <number>', 'KiB of results a minute', wholeNumber)
    .option('--cpu <seconds>', 'of a server: seconds of processor time a minute', wholeNumber)
    .option('--memory <mib>', 'of a server: MiB that each of its processes may take', wholeNumber)
    .action((text: string, flags: LimitFlags) =>
      cli.ask(async (node) => {
        const limit = {
          scope: scopeIn(text),
          callsPerMinute: flags.calls,
          concurrent: flags.concurrent,
          kibInPerMinute: flags.kibIn,
          kibOutPerMinute: flags.kibOut,
          cpuSecondsPerMinute: flags.cpu,
          memoryMib: flags.memory,
        };
        return showLimits((await node['access.setLimit'](limit)).items);
      }),
    );
  limits
    .command('remove')
    .description('remove the limit of a scope')
    .argument('<scope>')
    .action((text: string) =>
      cli.ask(async (node) => showLimits((await node['access.setLimit']({ scope: scopeIn(text) })).items)),
    );
  limits
    .command('load')
    .description('how many calls of peers run and wait now, and what was refused since the start')
    .action(() =>
      cli.ask(async (node) => {
        for await (const load of node['relay.load']({})) {
          const { full, late, rate, shed } = load.refused;
          const text = facts([
            ['Running', `${load.running} of ${load.maxRunning}`],
            ['Waiting', `${load.waiting} of ${load.maxWaiting}`],
            ['A call takes', `${load.holdMs.toFixed(1)} ms`],
            [
              'Refused',
              `${rate} over a rate, ${full} with a full queue, ${late} too late, ${shed} for others`,
            ],
            ...load.limits
              .filter(({ used }) => used > 0)
              .map(
                ({ running, scope, used }) =>
                  [
                    'Limit',
                    `${oneLine(nameOf(scope))}: ${Math.round(used * 100)} % used, ${running} running`,
                  ] as [string, string],
              ),
            ...load.queues.map(
              ({ name, providerId, waiting }) =>
                ['Waits', `${oneLine(name ?? providerId)}: ${waiting}`] as [string, string],
            ),
          ]);
          return { data: load, text };
        }
        throw new Error('the node ended the stream before it began');
      }),
    );
}

function scopeIn(text: string): LimitScope {
  if (text === 'all' || text === 'each') return { kind: text };
  if (text.startsWith('grant:')) return { kind: 'grant', grant: text.slice('grant:'.length) };
  if (text.startsWith('z6Mk')) return { kind: 'provider', provider: text };
  const [server = '', tool] = text.split(/\/(.*)/s);
  return tool ? { kind: 'tool', server, tool } : { kind: 'server', server };
}

function nameOf(scope: LimitScope): string {
  if (scope.kind === 'provider') return scope.provider;
  if (scope.kind === 'grant') return `grant:${scope.grant}`;
  if (scope.kind === 'server') return scope.server;
  return scope.kind === 'tool' ? `${scope.server}/${scope.tool}` : scope.kind;
}

function showLimits(items: ScopedLimit[]) {
  const rows = items.map((limit) => [
    oneLine(nameOf(limit.scope)),
    ...[
      limit.callsPerMinute,
      limit.concurrent,
      limit.kibInPerMinute,
      limit.kibOutPerMinute,
      limit.cpuSecondsPerMinute,
      limit.memoryMib,
    ].map((number) => (number === undefined ? '' : String(number))),
  ]);
  const heads = ['SCOPE', 'CALLS/MIN', 'AT ONCE', 'KIB IN/MIN', 'KIB OUT/MIN', 'CPU S/MIN', 'MIB'];
  return { data: { items }, text: table(heads, rows, 'Nothing is limited.') };
}
