import type { Command } from 'commander';
import { AppError } from '#shared/kernel/errors.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { InvitationView, NetworkView } from '#shared/features/p2p/joining.ts';
import type { Answer, Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { facts, printable, table, time, yesNo } from '../printable.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export function addNetworkCommands(program: Command, cli: Cli): void {
  const network = program.command('network').description('join a network, invite others, pause sharing');
  addInviting(network, cli);
  addPrivate(network, cli);
  addPausing(network, cli);
}

function addInviting(network: Command, cli: Cli): void {
  network
    .command('show')
    .description('addresses, private network and invitations of this node')
    .action(() => cli.ask(async (node) => showNetwork(await node['network.show']({}))));
  network
    .command('invite')
    .description('write an invitation; it is shown once')
    .option('--hours <n>', 'how long it is good for (default: a week)', wholeNumber)
    .option('--note <text>', 'whom it is for, for yourself')
    .option('--no-pin', 'do not mark the first who comes with it as known')
    .action(({ hours, note, pin }: { hours?: number; note?: string; pin: boolean }) =>
      cli.ask(async (node) => {
        const written = await node['network.invite']({
          pin,
          ...(hours === undefined ? {} : { expiresInMs: hours * HOUR_MS }),
          ...(note === undefined ? {} : { note }),
        });
        const reach = {
          machine: 'Its addresses work on this computer only.',
          lan: 'Its addresses work on the local network.',
          internet: '',
        }[written.reach];
        const lines = [written.link, `Good until ${time(written.expiresAt)}. ${reach}`.trim()];
        return { data: written, text: lines.join('\n') };
      }),
    );
  network
    .command('preview')
    .description('say who invites, and what joining would change')
    .argument('<invitation>', 'a link toolswarm://join/… or its code')
    .action((code: string) =>
      cli.ask(async (node) => showInvitation(await node['network.previewInvitation']({ code }))),
    );
  network
    .command('join')
    .description('join by an invitation, or by the address of a node')
    .argument('<invitation>', 'a link toolswarm://join/…, its code, or a multiaddr')
    .option('--change-network', 'leave the present network for the one of the invitation')
    .action((code: string, flags: { changeNetwork?: true }) => cli.ask((node) => join(node, code, flags)));
  network
    .command('revoke')
    .description('take an invitation back')
    .argument('<id>', 'as `toolswarm network show` prints it')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['network.revokeInvitation']({ id });
        return { data: { id }, text: `Invitation ${printable(id)} was taken back.` };
      }),
    );
}

type NodeOf = Parameters<Parameters<Cli['ask']>[0]>[0];

async function join(node: NodeOf, code: string, flags: { changeNetwork?: true }): Promise<Answer> {
  if (code.startsWith('/')) {
    const peer = await node['peers.connect']({ address: code });
    return { data: { peer, pinned: false, restartNeeded: false }, text: `Connected to ${peer.peerId}.` };
  }
  const joined = await node['network.join']({ code, changeNetwork: flags.changeNetwork === true });
  const text = joined.restartNeeded
    ? 'The node changes its network with the next start: `toolswarm network restart`.'
    : `Connected to ${joined.peer?.peerId ?? 'the node'}. ${joined.pinned ? 'You are known there now.' : 'The invitation makes you known to nobody: it was used before, or names nobody.'}`;
  return { data: joined, text };
}

function addPrivate(network: Command, cli: Cli): void {
  network
    .command('create')
    .description('make a private network with a new key; in force after a restart')
    .argument('<name>', 'a name for people')
    .option('--change-network', 'leave the private network that the node is in')
    .action((name: string, flags: { changeNetwork?: true }) =>
      cli.ask(async (node) =>
        showNetwork(
          await node['network.createPrivate']({ name, changeNetwork: flags.changeNetwork === true }),
        ),
      ),
    );
  network
    .command('leave')
    .description('leave the private network; in force after a restart, and the key is forgotten')
    .action(() => cli.ask(async (node) => showNetwork(await node['network.leavePrivate']({}))));
  network
    .command('restart')
    .description('build the node anew, so that a changed network comes into force')
    .action(() =>
      cli.ask(async (node) => {
        await node['network.restart']({}).catch((error: unknown) => {
          // The node may be gone before its answer is; that is what was asked for.
          if (!(error instanceof AppError && error.code === 'contract.disconnected')) throw error;
        });
        return { data: {}, text: 'The node restarts.' };
      }),
    );
}

function addPausing(network: Command, cli: Cli): void {
  network
    .command('pause')
    .description('serve no peers until it is resumed; AI clients of this machine notice nothing')
    .option('--minutes <n>', 'resume by itself after so long', wholeNumber)
    .action(({ minutes }: { minutes?: number }) =>
      cli.ask(async (node) =>
        showConditions(
          await node['node.pauseSharing'](minutes === undefined ? {} : { forMs: minutes * MINUTE_MS }),
        ),
      ),
    );
  network
    .command('resume')
    .description('serve peers again')
    .action(() => cli.ask(async (node) => showConditions(await node['node.resumeSharing']({}))));
}

function showConditions(conditions: Conditions): Answer {
  const until = conditions.until === undefined ? '' : ` until ${time(conditions.until)}`;
  const text =
    conditions.sharing === 'on'
      ? 'Peers are served.'
      : `Sharing is paused${until} (${conditions.reasons.join(', ')}).`;
  return { data: conditions, text };
}

function showNetwork(network: NetworkView): Answer {
  const next = network.nextNetwork === undefined ? undefined : network.nextNetwork || 'the public network';
  const about = facts([
    ['provider', network.providerId],
    ['peer id', network.peerId],
    ['network', network.network ?? 'public'],
    ['after a restart', next],
    ['local discovery', yesNo(network.mdns)],
    ...network.addresses.map((address): [string, string] => ['address', address]),
    ...network.bootstrap.map((address): [string, string] => ['entry peer', address]),
  ]);
  const rows = network.invitations.map((one) => [
    one.id,
    one.note ?? '',
    time(one.expiresAt),
    one.usedBy ?? '',
  ]);
  const invitations = table(['INVITATION', 'NOTE', 'GOOD UNTIL', 'USED BY'], rows, 'No invitation is open.');
  return { data: network, text: `${about}\n\n${invitations}` };
}

function showInvitation(invitation: InvitationView): Answer {
  const changes = {
    none: undefined,
    enter: 'leaves the public network',
    switch: 'leaves the present private network',
    leave: 'leaves the private network for the public one',
  };
  return {
    data: invitation,
    text: facts([
      ['calls itself', invitation.label],
      ['provider', invitation.providerId],
      ['peer id', invitation.peerId],
      ['standing', invitation.standing],
      ['good until', time(invitation.expiresAt)],
      ['makes you known', yesNo(invitation.pins)],
      ['private network', invitation.network],
      ['joining', changes[invitation.change]],
      ...invitation.addresses.map((address): [string, string] => ['address', address]),
    ]),
  };
}
