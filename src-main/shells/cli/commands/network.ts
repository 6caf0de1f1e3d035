import type { Command } from 'commander';
import { AppError } from '#shared/kernel/errors.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { InvitationView, NetworkView } from '#shared/features/p2p/joining.ts';
import type { LeftNetwork, NetworkItem } from '#shared/features/p2p/networks.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Io, isInteractive } from '../io.ts';
import { wholeNumber } from '../parse.ts';
import { facts, oneLine, printable, table, time, yesNo } from '../printable.ts';
import { confirm } from '../prompts.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export function addNetworkCommands(program: Command, cli: Cli): void {
  const network = program
    .command('network')
    .description('join and leave networks, invite others, pause sharing');
  addInviting(network, cli);
  addNetworks(network, cli);
  addPausing(network, cli);
}

function addInviting(network: Command, cli: Cli): void {
  network
    .command('show')
    .description('addresses, networks and invitations of this node')
    .action(() => cli.ask(async (node) => showNetwork(await node['network.show']({}))));
  network
    .command('invite')
    .description('write an invitation; it is shown once')
    .option('--hours <n>', 'how long it is good for (default: a week)', wholeNumber)
    .option('--note <text>', 'whom it is for, for yourself')
    .option('--no-pin', 'do not mark the first who comes with it as known')
    .option('--network <name>', 'into which network: its name or id, or “public”')
    .option('--qr', 'draw it as a picture for cameras')
    .action(({ hours, network: into, note, pin, qr }: InviteFlags) =>
      cli.ask(async (node) => {
        const written = await node['network.invite']({
          pin,
          ...(into === undefined ? {} : { network: await networkIn(node, into) }),
          ...(hours === undefined ? {} : { expiresInMs: hours * HOUR_MS }),
          ...(note === undefined ? {} : { note }),
        });
        const reach = {
          machine: 'Its addresses work on this computer only.',
          lan: 'Its addresses work on the local network.',
          internet: '',
        }[written.reach];
        const picture = qr === true ? await drawn(written.short) : [];
        const lines = [...picture, written.link, `Good until ${time(written.expiresAt)}. ${reach}`.trim()];
        if (written.network !== undefined)
          lines.push(`It contains the key of ${oneLine(written.network)}: whoever reads it can enter.`);
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
    .option('--enter', 'enter the private network that it leads into, without being asked')
    .option('--network <name>', 'to which network an address belongs: its name or id, or “public”')
    .action((code: string, flags: JoinFlags) => cli.ask((node) => join(node, code, flags, cli.io)));
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

interface InviteFlags {
  hours?: number;
  network?: string;
  note?: string;
  pin: boolean;
  qr?: true;
}

interface JoinFlags {
  enter?: true;
  network?: string;
}

/** Half blocks: two rows of the picture in one line of text. */
async function drawn(text: string): Promise<string[]> {
  const { renderUnicodeCompact } = await import('uqr');
  return [renderUnicodeCompact(text, { ecc: 'L', border: 2 }), ''];
}

/** The id of a network that a person calls by its name or id. */
export async function networkIn(node: NodeOf, name: string): Promise<string> {
  const { left, networks } = await node['network.show']({});
  const all = [...networks, ...left];
  const found = all.filter((one) => one.id === name || one.name === name);
  const [only] = found;
  if (only && found.length === 1) return only.id;
  const why = found.length > 1 ? 'Several networks have this name.' : 'This node is not in such a network.';
  throw new AppError('invitation.no_network', why, {
    advice: '`toolswarm network list` shows the networks with their ids.',
  });
}

async function join(node: NodeOf, code: string, flags: JoinFlags, io: Io): Promise<Answer> {
  if (code.startsWith('/')) {
    const within = flags.network === undefined ? {} : { network: await networkIn(node, flags.network) };
    const peer = await node['peers.connect']({ address: code, ...within });
    return { data: { peer, pinned: false, waiting: false }, text: `Connected to ${peer.peerId}.` };
  }
  const joined = await enterWithConsent(node, code, flags.enter === true, io);
  const text = joined.waiting
    ? 'The node is in the network now. Nobody answers yet; it keeps trying.'
    : `Connected to ${joined.peer?.peerId ?? 'the node'}. ${joined.pinned ? 'You are known there now.' : 'The invitation makes you known to nobody: it was used before, or names nobody.'}`;
  return { data: joined, text };
}

/** Into a network that is new to the node leads only a yes: of the person at the terminal, or `--enter`. */
async function enterWithConsent(node: NodeOf, code: string, enterNetwork: boolean, io: Io) {
  try {
    return await node['network.join']({ code, enterNetwork });
  } catch (error) {
    const isAsked = error instanceof AppError && error.code === 'invitation.other_network';
    if (!isAsked || !isInteractive(io)) throw error;
    const { label, network } = await node['network.previewInvitation']({ code });
    const into = network === undefined ? 'the public network' : `the private network “${oneLine(network)}”`;
    if (!(await confirm(io, `${oneLine(label) || 'A node'} invites you into ${into}. Enter it?`)))
      throw error;
    return node['network.join']({ code, enterNetwork: true });
  }
}

function addNetworks(network: Command, cli: Cli): void {
  network
    .command('list')
    .description('the networks that this node is in')
    .action(() =>
      cli.ask(async (node) => {
        const { left, networks } = await node['network.show']({});
        return { data: { items: networks, left }, text: networkTable(networks, left) };
      }),
    );
  network
    .command('create')
    .description('make a private network with a new key; the node stays in its other networks')
    .argument('<name>', 'a name for people')
    .action((name: string) =>
      cli.ask(async (node) => {
        const made = await node['network.createPrivate']({ name });
        const next = `Invite others: toolswarm network invite --network ${made.id}`;
        return { data: made, text: `The node is in ${oneLine(made.name)} (${made.id}). ${next}` };
      }),
    );
  const about = (command: string, description: string) =>
    network.command(command).description(description).argument('<network>', 'its name or id');
  about('leave', 'leave a private network; within an hour that can be undone').action((name: string) =>
    cli.ask(async (node) => {
      const id = await networkIn(node, name);
      await node['network.leavePrivate']({ network: id });
      const text = `The node has left. Its key is kept for an hour: toolswarm network rejoin ${id}`;
      return { data: { network: id }, text };
    }),
  );
  about('rejoin', 'enter a private network again that was just left').action((name: string) =>
    cli.ask(async (node) => {
      const id = await networkIn(node, name);
      await node['network.rejoinPrivate']({ network: id });
      return { data: { network: id }, text: 'The node is back.' };
    }),
  );
  about('forget', 'forget the key of a private network that was left').action((name: string) =>
    cli.ask(async (node) => {
      const id = await networkIn(node, name);
      await node['network.forgetPrivate']({ network: id });
      return { data: { network: id }, text: 'Its key is gone.' };
    }),
  );
  about('rename', 'call a private network otherwise on this node')
    .argument('<to>')
    .action((name: string, to: string) =>
      cli.ask(async (node) => {
        const id = await networkIn(node, name);
        await node['network.renamePrivate']({ network: id, name: to });
        return { data: { network: id, name: to }, text: `It is called ${oneLine(to)} here now.` };
      }),
    );
}

function networkTable(networks: readonly NetworkItem[], left: readonly LeftNetwork[]): string {
  const rows = networks.map((one) => [
    one.kind === 'public' ? 'public' : one.name,
    one.id,
    one.fault ? `failed: ${one.fault.message}` : one.state,
    String(one.peers),
    String(one.shares),
  ]);
  const gone = left.map(({ id, name, until }) => [
    name,
    id,
    `left; can be undone until ${time(until)}`,
    '',
    '',
  ]);
  return table(
    ['NETWORK', 'ID', 'STATE', 'PEERS', 'SHARES'],
    [...rows, ...gone],
    'The node is in no network.',
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
  const about = facts([
    ['provider', network.providerId],
    ['peer id', network.peerId],
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
  const networks = networkTable(network.networks, network.left);
  return { data: network, text: `${about}\n\n${networks}\n\n${invitations}` };
}

function showInvitation(invitation: InvitationView): Answer {
  const changes = {
    none: undefined,
    enter: 'enters this network; the node stays in its others',
    public: 'switches the public network on',
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
