/** `toolswarm fleet`: several machines that are one provider. */
import { Argument, type Command } from 'commander';
import type { Fleet, FleetJoining, FleetNode, FleetPolicy } from '#shared/features/fleet/contract.ts';
import { AppError, fromErrorShape } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Io, isInteractive } from '../io.ts';
import { wholeNumber } from '../parse.ts';
import { oneLine, plural, shortId, table, time } from '../printable.ts';
import { confirm } from '../prompts.ts';
import { passphraseIfProtected } from './identity.ts';

const MINUTE_MS = 60_000;

const EXAMPLES = `
On the machine that keeps the provider key:   toolswarm fleet add
On the machine that is to join:               toolswarm fleet join ABCD-EFGH-JKMN-PQRS
On the first one, when both show one number:  toolswarm fleet accept 5f0c…

Nodes of one provider offer their servers together: callers are spread over them.`;

export function addFleetCommands(program: Command, cli: Cli): void {
  const fleet = program.command('fleet').description('several machines that are one provider');
  fleet.addHelpText('after', EXAMPLES);
  fleet
    .command('list')
    .description('the nodes of this provider, and machines that wait to join')
    .action(() => cli.ask(async (node) => showFleet(await node['fleet.list']({}))));
  addHosting(fleet, cli);
  addJoining(fleet, cli);
  fleet
    .command('policy')
    .description('what holds on all nodes of this provider; switch it on or off for this one')
    .addArgument(new Argument('[on-or-off]').choices(['on', 'off']))
    .action((which?: 'on' | 'off') =>
      cli.ask(async (node) =>
        showPolicy(
          which === undefined
            ? await node['fleet.policy']({})
            : await node['fleet.setPolicy']({ on: which === 'on' }),
        ),
      ),
    );
  fleet
    .command('rename')
    .description('give a node another name')
    .argument('<node>', 'its name, its peer id or the beginning of it')
    .argument('<name>')
    .action((which: string, label: string) =>
      cli.ask(async (node) => {
        const { peerId } = findNode(await node['fleet.list']({}), which);
        return showFleet(await node['fleet.rename']({ peerId, label }));
      }),
    );
  fleet
    .command('remove')
    .description('take a node out: whoever knows admits it no more')
    .argument('<node>', 'its name, its peer id or the beginning of it')
    .option('--yes', 'do not ask')
    .action((which: string, { yes }: { yes?: boolean }) =>
      cli.ask(async (node) => {
        const { label, peerId } = findNode(await node['fleet.list']({}), which);
        await agree(cli.io, yes, `Take ${oneLine(label || shortId(peerId))} out of this provider?`);
        const passphrase = await passphraseIfProtected(cli, node);
        return showFleet(await node['fleet.remove']({ peerId, passphrase }));
      }),
    );
}

function addHosting(fleet: Command, cli: Cli): void {
  fleet
    .command('add')
    .description('write a code for a machine that is to join')
    .option('--minutes <n>', 'how long it is good for (default: 15)', wholeNumber)
    .action(({ minutes }: { minutes?: number }) =>
      cli.ask(async (node) => {
        const code = await node['fleet.add'](
          minutes === undefined ? {} : { expiresInMs: minutes * MINUTE_MS },
        );
        const lines = [
          code.code,
          `Type it on the other machine: toolswarm fleet join ${code.code}`,
          `Or paste this there: ${code.link}`,
          `Good until ${time(code.expiresAt)}, for one machine, after your yes here (toolswarm fleet list).`,
        ];
        return { data: code, text: lines.join('\n') };
      }),
    );
  fleet
    .command('cancel')
    .description('take a code back')
    .argument('<id>', 'as `toolswarm fleet list` prints it')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['fleet.cancelCode']({ id });
        return { data: { id }, text: 'The code was taken back.' };
      }),
    );
  fleet
    .command('accept')
    .description('take a waiting machine in, once both machines show the same number')
    .argument('<id>', 'as `toolswarm fleet list` prints it')
    .option('--name <name>', 'what the node is called')
    .action((id: string, { name }: { name?: string }) =>
      cli.ask(async (node) => {
        const passphrase = await passphraseIfProtected(cli, node);
        return showFleet(
          await node['fleet.answer']({ id, accept: true, passphrase, ...(name ? { label: name } : {}) }),
        );
      }),
    );
  fleet
    .command('decline')
    .description('decline a waiting machine; its code is spent')
    .argument('<id>', 'as `toolswarm fleet list` prints it')
    .action((id: string) =>
      cli.ask(async (node) => showFleet(await node['fleet.answer']({ id, accept: false }))),
    );
}

function addJoining(fleet: Command, cli: Cli): void {
  fleet
    .command('join')
    .description('make this machine a node of the provider who wrote the code')
    .argument('<code>', 'ABCD-EFGH-JKMN-PQRS, or a link toolswarm://node/…')
    .option('--name <name>', 'what this machine calls itself')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'do not wait for the answer of the other machine')
    .action((code: string, { name, wait, yes }: { name?: string; wait: boolean; yes?: boolean }) =>
      cli.ask(async (node) => {
        await agree(
          cli.io,
          yes,
          'This machine will speak for the other’s provider. Its own identity is laid aside and comes back when it leaves. Go on?',
        );
        const joining = await node['fleet.join']({ code, ...(name ? { label: name } : {}) });
        if (!wait) return { data: joining, text: waitingText(joining) };
        cli.io.stderr.write(`${waitingText(joining)}\n`);
        return showJoining(await node['fleet.awaitJoin']({}));
      }),
    );
  fleet
    .command('leave')
    .description('make this machine a provider of its own again')
    .option('--yes', 'do not ask')
    .action(({ yes }: { yes?: boolean }) =>
      cli.ask(async (node) => {
        await agree(cli.io, yes, 'This machine will serve this provider no longer. Go on?');
        const left = await node['fleet.leave']({});
        return { data: left, text: `This machine is the provider ${left.providerId} again.` };
      }),
    );
}

/** A person at the terminal is asked; a program that runs the command has decided. */
async function agree(io: Io, yes: boolean | undefined, question: string): Promise<void> {
  if (yes === true || !isInteractive(io)) return;
  if (!(await confirm(io, question)))
    throw new AppError('cli.interrupted', 'Nothing was changed.', {
      advice: 'Run it again when you are sure.',
    });
}

/** The one node that a person means. Throws `identity.no_such_node`. */
function findNode({ nodes }: Fleet, which: string): FleetNode {
  const found = nodes.filter(({ label, peerId }) => label === which || peerId.startsWith(which));
  const [only] = found;
  if (only && found.length === 1) return only;
  const why = found.length > 1 ? 'Several nodes are meant by this.' : 'This provider has no such node.';
  throw new AppError('identity.no_such_node', why, {
    advice: '`toolswarm fleet list` shows them with their ids.',
  });
}

const waitingText = ({ digits = '', name = '' }: FleetJoining): string =>
  `${oneLine(name) || 'The other machine'} was found. Compare the number there with this one, then accept there:\n\n    ${digits}\n`;

function showJoining(joining: FleetJoining): Answer {
  const { fault, name = '' } = joining;
  if (fault) throw fromErrorShape({ ...fault, retryable: false });
  return { data: joining, text: `This machine is a node of ${oneLine(name)} now. It starts anew for that.` };
}

type Facts = NonNullable<FleetNode['facts']>;
const numbers = ({ calls, errors, running, shares, tools, version }: Facts): string[] => [
  version,
  `${shares} (${tools} tools)`,
  `${calls} (${errors} failed)`,
  String(running),
];

function stateOf({ connected, lastSeenAt, self }: FleetNode): string {
  if (self) return 'this machine';
  if (connected) return 'connected';
  return lastSeenAt === undefined ? 'away' : `away since ${time(lastSeenAt)}`;
}

const KINDS: Record<FleetPolicy['kinds'][number]['kind'], [one: string, many?: string]> = {
  block: ['block'],
  known: ['known provider'],
  limit: ['limit'],
  rules: ['list of rules', 'lists of rules'],
  decision: ['decision about tools', 'decisions about tools'],
  grant: ['grant'],
  uses: ['count of uses', 'counts of uses'],
};

function showPolicy(policy: FleetPolicy): Answer {
  const { changes, failed, kinds, nodes, on } = policy;
  if (!on) return { data: policy, text: 'This node keeps its policy to itself: toolswarm fleet policy on' };
  const lines = [
    `Shared with the other nodes: ${kinds.map(({ count, kind }) => plural(count, ...KINDS[kind])).join(', ') || 'nothing yet'}.`,
    ...nodes.map(({ at, peerId }) => `${shortId(peerId)} held the same at ${time(at)}.`),
    ...changes.map(
      ({ at, ended, key, kind, node }) =>
        `${time(at)} ${shortId(node)} ${ended ? 'ended' : 'set'} ${kind} ${oneLine(key).slice(0, 60)}`,
    ),
  ];
  if (failed > 0) lines.push(`${failed} of these cannot hold on this node; its log says why.`);
  return { data: policy, text: lines.join('\n') };
}

function showFleet(fleet: Fleet): Answer {
  const rows = fleet.nodes.map((node) => [
    oneLine(node.label),
    shortId(node.peerId),
    stateOf(node),
    ...(node.facts ? numbers(node.facts) : ['', '', '', '']),
  ]);
  const heads = ['NAME', 'NODE', 'STATE', 'VERSION', 'SHARES', 'CALLS, 24 H', 'RUNNING'];
  const lines = [table(heads, rows, 'This provider has no nodes.')];
  if (fleet.removed)
    lines.push('The provider has taken this machine out; `toolswarm fleet leave` makes it its own again.');
  for (const { at, digits, id, label, peerId } of fleet.guests)
    lines.push(
      `${oneLine(label) || shortId(peerId)} wants to join since ${time(at)}. If it shows ${digits}: toolswarm fleet accept ${id}`,
    );
  for (const { createdAt, expiresAt, id } of fleet.codes)
    lines.push(`A code of ${time(createdAt)} is open until ${time(expiresAt)} (${id}).`);
  return { data: fleet, text: lines.join('\n') };
}
