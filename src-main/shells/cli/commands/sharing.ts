import { type Command, Option } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Audience, ListedFor, Share } from '#shared/features/access/contract.ts';
import { SEAL_POLICIES, type SealPolicy } from '#shared/features/access/seal-policies.ts';
import { type Callers, callersOf } from '#shared/features/access/rules.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { type Io, isInteractive } from '../io.ts';
import { networkIn } from './network.ts';
import { collect, collectPairs, wholeNumber } from '../parse.ts';
import { plural, table } from '../printable.ts';
import { confirm } from '../prompts.ts';

interface ShareFlags {
  to: string[];
  listedFor?: string[];
  delegation?: number;
  tool?: string[];
  except?: string[];
  knownOnly?: string[];
  note?: Record<string, string>;
  toolTag?: Array<readonly [tool: string, tag: string]>;
  cache?: Record<string, string>;
  seal?: SealPolicy;
  sealTool?: Record<string, string>;
  category?: string;
  network?: string[];
  yes?: boolean;
}

const EXAMPLES = `
Examples:
  toolswarm servers share everything --to z6Mk…            one provider
  toolswarm servers share everything --to known            those you connected to or pinned
  toolswarm servers share everything --to everyone --tool echo
  toolswarm servers share notes --to known --except delete --note 'search=Slow on Mondays' --category Notes
  toolswarm servers share notes --to grants --listed-for everyone          anyone finds it and can ask for access
  toolswarm servers share notes --to known --seal offered --seal-tool delete=required
  toolswarm servers who notes                              who can call what, in words`;

export function addSharingCommands(servers: Command, cli: Cli): void {
  servers
    .command('share')
    .description('share a server with providers, with those you know, or with everyone')
    .argument('<name>')
    .requiredOption(
      '--to <who...>',
      'provider ids, “known”, “everyone”, or “grants” for holders of a grant alone',
    )
    .option(
      '--listed-for <who...>',
      'who else may find it and ask for access: provider ids, “known” or “everyone”',
    )
    .option('--delegation <number>', 'who may call it may share it on, so often in a row', wholeNumber)
    .option('--tool <name>', 'only this tool (repeatable); without it all, now and later', collect)
    .option('--except <tool>', 'a tool that nobody else may see or call (repeatable)', collect)
    .option('--known-only <tool>', 'a tool that only known ones of them may call (repeatable)', collect)
    .option('--note <tool=text>', 'a remark on a tool for those who see it (repeatable)', collectPairs)
    .option('--tool-tag <tool=tag>', 'a tag of a tool (repeatable)', collectTags)
    .option(
      '--cache <tool=seconds>',
      'how long the results of a tool that only reads hold (repeatable)',
      collectPairs,
    )
    .addOption(
      new Option(
        '--seal <policy>',
        'whether calls are sealed up to this node, so that nodes between cannot read them',
      ).choices(SEAL_POLICIES),
    )
    .option(
      '--seal-tool <tool=policy>',
      'the same for one tool: off, offered or required (repeatable)',
      collectPairs,
    )
    .option('--category <text>', 'a heading under which peers find it')
    .option(
      '--network <name>',
      'with everyone in this network: its name or id, or “public” (repeatable; without it the public one)',
      collect,
    )
    .option('--yes', 'share with everyone without being asked')
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: ShareFlags, command: Command) => {
      const audience = audienceOf(flags.to, command);
      const listedFor = flags.listedFor && listedForOf(flags.listedFor, command);
      const overrides = overridesOf(flags, command);
      return cli.ask(async (node) => {
        const { category, seal, tool: tools } = flags;
        const networks = await networksIn(node, flags.network);
        const request = {
          name,
          audience,
          listedFor,
          tools,
          category,
          networks,
          seal,
          overrides,
          ...(flags.delegation === undefined ? {} : { delegation: { depth: flags.delegation } }),
        };
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
    .command('who')
    .description('who can call a server and each of its tools, in words')
    .argument('<name>')
    .action((name: string) => cli.ask((node) => showCallers(node, name)));
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

export function audienceOf(words: string[], command: Command): Audience {
  const [only] = words;
  if (words.length === 1 && (only === 'known' || only === 'everyone' || only === 'grants'))
    return { kind: only };
  if (words.some((word) => word === 'known' || word === 'everyone' || word === 'grants'))
    command.error('error: “known”, “everyone” and “grants” stand alone after --to');
  return { kind: 'providers', providers: words };
}

function listedForOf(words: string[], command: Command): ListedFor {
  const audience = audienceOf(words, command);
  if (audience.kind !== 'grants') return audience;
  return command.error('error: who holds a grant sees it anyway; name others after --listed-for');
}

async function networksIn(node: NodeClient, names: string[] | undefined): Promise<string[] | undefined> {
  return names && Promise.all(names.map((name) => networkIn(node, name)));
}

const collectTags = (value: string, previous: Array<readonly [string, string]> = []) => {
  const [pair] = Object.entries(collectPairs(value));
  return pair ? [...previous, pair] : previous;
};

function overridesOf(
  { cache = {}, except = [], knownOnly = [], note = {}, sealTool = {}, toolTag = [] }: ShareFlags,
  command: Command,
): Share['overrides'] {
  const named = [
    ...except,
    ...knownOnly,
    ...Object.keys(note),
    ...Object.keys(cache),
    ...Object.keys(sealTool),
  ];
  const tools = new Set([...named, ...toolTag.map(([tool]) => tool)]);
  if (tools.size === 0) return undefined;
  return Object.fromEntries(
    [...tools].map((tool) => {
      const tags = toolTag.flatMap(([of, tag]) => (of === tool ? [tag] : []));
      const kind = except.includes(tool) ? 'nobody' : knownOnly.includes(tool) ? 'known' : undefined;
      const said = {
        note: Object.hasOwn(note, tool) ? note[tool] : undefined,
        tags: tags.length > 0 ? tags : undefined,
        caching: Object.hasOwn(cache, tool) ? holdingFor(Number(cache[tool])) : undefined,
        seal: Object.hasOwn(sealTool, tool) ? policyOf(sealTool[tool], command) : undefined,
      };
      return [tool, { ...(kind ? { audience: { kind } as const } : {}), ...said }];
    }),
  );
}

const policyOf = (word: string | undefined, command: Command): SealPolicy =>
  SEAL_POLICIES.find((policy) => policy === word) ??
  command.error('error: --seal-tool takes tool=off, tool=offered or tool=required');

/** Each caller is told his own: what is the same for all is said in the window. */
const holdingFor = (seconds: number) => ({ ttlMs: Math.round(seconds * 1000), scope: 'private' as const });

/** The rules that calls are decided by, as statements. */
async function showCallers(node: NodeClient, name: string): Promise<Answer> {
  await node['servers.get']({ name });
  const share = (await node['access.shares']({})).items.find(({ server }) => server === name);
  const { items } = await node['tools.list']({ scope: 'local' });
  const tools = items.flatMap((tool) =>
    tool.server === name ? [{ tool: tool.name, callers: callersOf(share, tool.name) }] : [],
  );
  const rows = tools.map(({ callers, tool }) => [tool, inWords(callers)]);
  return {
    data: { callers: callersOf(share), tools },
    text: `${name}: ${inWords(callersOf(share))}\n${table(['TOOL', 'WHO CAN CALL IT'], rows, 'It has no tools yet.')}`,
  };
}

function inWords(callers: Callers): string {
  switch (callers.kind) {
    case 'nobody':
      return 'nobody but you';
    case 'everyone':
      return 'everyone on the network';
    case 'known':
      return 'providers you know';
    case 'grants':
      return 'holders of a grant';
    case 'providers':
      return callers.providers.join(', ');
    case 'known_of':
      return `${callers.providers.join(', ')}, while you know them`;
  }
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

function withWhom(share: Share): string {
  const { listedFor } = share;
  const callers = whomOf(share.audience, share);
  return listedFor ? `${callers}; seen by ${whomOf(listedFor, share)}` : callers;
}

function whomOf(audience: Audience, { networks }: Share): string {
  switch (audience.kind) {
    case 'providers':
      return audience.providers.join(', ');
    case 'known':
      return 'those you know';
    case 'grants':
      return 'holders of a grant';
    case 'everyone':
      return networks ? `everyone in ${networks.join(', ')}` : 'everyone';
  }
}

function showShare(share: Share): Answer {
  const what = share.tools ? `${plural(share.tools.length, 'tool')} of ${share.server}` : share.server;
  return { data: share, text: `Shared ${what} with ${withWhom(share)}.` };
}
