/** The files of AI clients: found, connected, disconnected, proven. */
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { CLIENT_APPS, type ClientAppId } from '#shared/features/clients/apps.ts';
import type { ClientPlan, DiffLine, Hop, Removal } from '#shared/features/clients/files.ts';
import type { NodeClient } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { facts, oneLine, plural, printable, table, yesNo } from '../printable.ts';

interface Flags {
  profile?: string;
  folder?: string;
  dryRun?: boolean;
  all?: boolean;
}

export function addClientFileCommands(clients: Command, cli: Cli): void {
  const client = () => new Argument('<client>', 'as `clients detect` lists it').choices(CLIENT_APPS);
  const folder = ['--folder <dir>', 'the file of this project instead of the client’s own'] as const;
  const profile = ['--profile <name>', 'the view of the catalog it gets'] as const;
  const dryRun = ['--dry-run', 'show the change and write nothing'] as const;

  clients
    .command('detect')
    .description('AI clients of this machine, and whether they know this node')
    .action(() => cli.ask(detect));
  clients
    .command('connect')
    .description('put our entry into an AI client’s file; a copy is kept')
    .addArgument(client())
    .option(...profile)
    .option(...folder)
    .option(...dryRun)
    .action((id: ClientAppId, flags: Flags) => cli.ask((node) => connect(node, id, flags)));
  clients
    .command('disconnect')
    .description('take our entry out of an AI client’s file, or of all')
    .addArgument(client().argOptional())
    .option('--all', 'out of the files of all AI clients; needs no running node')
    .option(...folder)
    .option(...dryRun)
    .action((id: ClientAppId | undefined, flags: Flags, command: Command) => {
      if (flags.all) return disconnectAll(cli);
      if (!id) return command.error('error: give an AI client or --all', { code: 'cli.usage' });
      return cli.ask((node) => disconnect(node, id, flags));
    });
  clients
    .command('manual')
    .description('what to write into an AI client’s file by hand')
    .addArgument(client())
    .option(...profile)
    .option(...folder)
    .action((id: ClientAppId, flags: Flags) => cli.ask((node) => manual(node, id, flags)));
  clients
    .command('prove')
    .description('go the way of an AI client, from its file to a real call of a tool')
    .addArgument(client())
    .option(...folder)
    .action((id: ClientAppId, flags: Flags) => cli.ask((node) => prove(node, id, flags)));
}

/** A folder is meant as seen from here, not from where the node runs. */
const targetOf = (client: ClientAppId, { folder }: Flags) => ({
  client,
  ...(folder ? { folder: resolve(folder) } : {}),
});

async function detect(node: NodeClient): Promise<Answer> {
  const { items } = await node['clients.detect']({});
  const rows = items.map((item) => [
    item.id,
    yesNo(item.installed),
    item.problem ? item.problem.code : item.entry,
    item.profile ?? '',
    item.file,
  ]);
  const text = table(['CLIENT', 'INSTALLED', 'ENTRY', 'PROFILE', 'FILE'], rows, 'No AI clients are known.');
  return { data: { items }, text };
}

async function connect(node: NodeClient, id: ClientAppId, flags: Flags): Promise<Answer> {
  const target = { ...targetOf(id, flags), profile: flags.profile };
  const plan = await node['clients.plan'](target);
  if (flags.dryRun || plan.change === 'none') return planned(plan);
  const file = await node['clients.connect']({ ...target, hash: plan.hash });
  const kept = plan.backup ? `\nThe file as it was is kept at ${plan.backup}.` : '';
  return { data: file, text: `${diffText(plan.lines)}\n\nWritten to ${file.file}.${kept}` };
}

async function disconnect(node: NodeClient, id: ClientAppId, flags: Flags): Promise<Answer> {
  const target = targetOf(id, flags);
  if (flags.dryRun) return planned(await node['clients.planRemoval'](target));
  const removal = await node['clients.disconnect'](target);
  return { data: removal, text: removalText(removal) };
}

/** Uninstalling calls this: it works with the node and without. */
async function disconnectAll(cli: Cli): Promise<void> {
  const answer = (items: Removal[]): Answer => {
    const failed = items.filter(({ outcome }) => outcome === 'failed').length;
    const lines = [...items.map(removalText), `${plural(items.length - failed, 'file')} changed.`];
    return { data: { items }, text: lines.join('\n') };
  };
  try {
    await cli.ask(async (node) => answer((await node['clients.disconnectAll']({})).items));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'cli.not_running') throw error;
    const { disconnectClientsOffline } = await import('#main/node/offline-clients.ts');
    await cli.run(async () => answer(disconnectClientsOffline(cli.dataDir())));
  }
}

async function manual(node: NodeClient, id: ClientAppId, flags: Flags): Promise<Answer> {
  const shown = await node['clients.manual']({ ...targetOf(id, flags), profile: flags.profile });
  const http = shown.http ? `\n\nor, over HTTP:\n\n${shown.http.trimEnd()}` : '';
  return { data: shown, text: printable(`${shown.file}\n\n${shown.stdio.trimEnd()}${http}`) };
}

async function prove(node: NodeClient, id: ClientAppId, flags: Flags): Promise<Answer> {
  const items: Hop[] = [];
  for await (const hop of node['clients.prove'](targetOf(id, flags)))
    if (hop.state !== 'running') items.push(hop);
  const broken = items.find(({ state }) => state === 'failed');
  if (broken?.fault) {
    const { code, message, advice } = broken.fault;
    throw new AppError(code, `${broken.hop}: ${message}`, { advice, details: { items } });
  }
  const rows = items.map(({ hop, ms, subject, count, listed }) => [
    hop,
    'ok',
    ms === undefined ? '' : `${ms} ms`,
    subject ?? '',
    [count === undefined ? '' : plural(count, 'tool'), listed ? 'none could be called harmlessly' : '']
      .filter(Boolean)
      .join('; '),
  ]);
  return { data: { items }, text: table(['LINK', 'STATE', 'TOOK', 'WHAT', ''], rows, 'Nothing was tried.') };
}

const signs: Record<DiffLine['kind'], string> = { same: '  ', add: '+ ', remove: '- ', gap: '  …' };
const diffText = (lines: readonly DiffLine[]): string =>
  lines.map(({ kind, text }) => `${signs[kind]}${printable(text)}`).join('\n');

function planned(plan: ClientPlan): Answer {
  const head = facts([
    ['file', plan.file],
    ['change', plan.change],
    ['copy', plan.backup],
  ]);
  return { data: plan, text: plan.lines.length === 0 ? head : `${head}\n\n${diffText(plan.lines)}` };
}

function removalText({ client, file, outcome, problem }: Removal): string {
  if (outcome === 'restored') return `${client}: ${oneLine(file)} is as it was before.`;
  if (outcome === 'removed') return `${client}: the entry is out of ${oneLine(file)}.`;
  return `${client}: ${problem?.message ?? 'it failed'} ${problem?.advice ?? ''}`.trim();
}
