import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import type { CriticalTool } from '#shared/features/registry/critical.ts';
import type { Answer, Cli } from '../cli.ts';
import { jsonObject, wholeNumber } from '../parse.ts';
import { addRuleCommands, claimOption, keepRule, type RuleFlags } from './rules.ts';
import { facts, oneLine, printable, shortId, table, yesNo } from '../printable.ts';
import { addSearchCommand } from './search.ts';
import { toolTable } from './tool-list.ts';

const ID = 'full id, short form, alias or catalog name';

export function addToolCommands(program: Command, cli: Cli): void {
  const tools = program.command('tools').description('tools of this machine and of the network');
  addReadingCommands(tools, cli);
  addCallCommand(tools, cli);
  addDecisionCommands(tools, cli);
  addKeepingCommands(tools, cli);
  addRuleCommands(program, cli);
  addSearchCommand(program, cli);
}

interface ListFlags {
  network?: boolean;
  local?: boolean;
  all?: boolean;
}

function addReadingCommands(tools: Command, cli: Cli): void {
  tools
    .command('list')
    .description('the tools in the catalog, which AI clients see')
    .option('--network', 'what peers share, approved or not')
    .option('--local', 'those of this machine’s servers')
    .option('--all', 'all of them')
    .action((flags: ListFlags) =>
      cli.ask(async (node) => {
        const scope = flags.all ? 'all' : flags.network ? 'network' : flags.local ? 'local' : 'catalog';
        return listTools((await node['tools.list']({ scope })).items);
      }),
    );
  addSearchCommand(tools, cli);
  tools
    .command('show')
    .description('one tool with its schemas, and what changed since it was approved')
    .argument('<id>', ID)
    .action((id: string) => cli.ask(async (node) => showDetail(await node['tools.show']({ id }))));
}

interface CallFlags {
  args?: Record<string, unknown>;
  timeout?: number;
  freshIdentity?: boolean;
}

function addCallCommand(tools: Command, cli: Cli): void {
  tools
    .command('call')
    .description('call a tool as an AI client would, and print its result')
    .argument('<id>', ID)
    .option('--args <json>', 'its arguments as a JSON object', jsonObject)
    .option('--timeout <ms>', 'how long to wait for the result', wholeNumber)
    .option(
      '--fresh-identity',
      'under an identity made for its provider alone: hides who calls, not from which address',
    )
    .action((id: string, flags: CallFlags) =>
      cli.ask(async (node) => {
        const answer = await node['tools.call']({
          id,
          arguments: flags.args,
          timeoutMs: flags.timeout,
          freshIdentity: flags.freshIdentity,
        });
        const { showResult } = await import('../tool-result.ts');
        return { data: answer, text: showResult(answer.result) };
      }),
    );
}

interface ApproveFlags extends RuleFlags {
  fingerprint?: string;
  rule?: boolean;
}

function addDecisionCommands(tools: Command, cli: Cli): void {
  tools
    .command('approve')
    .description('put a tool of the network into the catalog, pinned as it is now; or many by a rule')
    .argument('[id]', ID)
    .option('--fingerprint <hex>', 'only if it still has this fingerprint')
    .option('--rule', 'keep a rule instead, which approves what fits now and later')
    .option('--provider <id>', 'with --rule: whose tools')
    .option('--server <name>', 'with --rule: only of this server')
    .addOption(claimOption())
    .option('--tag <tag...>', 'with --rule: only with all of these tags')
    .option('--cover-changes', 'with --rule: approve changed tools again, unseen')
    .action((id: string | undefined, flags: ApproveFlags) => {
      if (flags.rule) return cli.ask((node) => keepRule(node, { ...flags, action: 'approve' }));
      if (id === undefined) return tools.error('error: give the id of a tool, or a rule with --rule');
      const { fingerprint } = flags;
      return cli.ask(async (node) => showTool(await node['tools.approve']({ id, fingerprint })));
    });
  tools
    .command('reject')
    .description('take a tool out of the catalog and hide it')
    .argument('<id>', ID)
    .action((id: string) => cli.ask(async (node) => showTool(await node['tools.reject']({ id }))));
  tools
    .command('alias')
    .description('give a tool a name of your own; without NAME the alias goes')
    .argument('<id>', ID)
    .argument('[name]', '', '')
    .action((id: string, alias: string) =>
      cli.ask(async (node) => showTool(await node['tools.alias']({ id, alias }))),
    );
}

function addKeepingCommands(tools: Command, cli: Cli): void {
  tools
    .command('pin')
    .description('keep a tool at a fingerprint, a version or a range; without any, at what it is now')
    .argument('<id>', ID)
    .argument('[range]', 'a fingerprint, a version such as 1.2.0, or a range such as ^1.2')
    .action((id: string, range: string | undefined) =>
      cli.ask(async (node) => {
        if (range === undefined) return showTool(await node['tools.pin']({ id }));
        const { version } = await node['tools.show']({ id });
        const { pinOf } = await import('#shared/features/registry/pin-rules.ts');
        return showTool(await node['tools.pin']({ id, pin: pinOf(range, version) }));
      }),
    );
  tools
    .command('unpin')
    .description('let a tool follow its provider again')
    .argument('<id>', ID)
    .action((id: string) => cli.ask(async (node) => showTool(await node['tools.unpin']({ id }))));
  tools
    .command('critical')
    .description('tools that must always have live instances; with a tool, watch over it')
    .argument('[id]')
    .option('--min <number>', 'instances that must live (1)', wholeNumber)
    .option('--remove', 'watch over it no longer')
    .action((id: string | undefined, flags: { min?: number; remove?: boolean }) =>
      cli.ask(async (node) => {
        if (id === undefined) return showCritical((await node['tools.critical']({})).items);
        const min = flags.remove ? 0 : (flags.min ?? 1);
        return showTool(await node['tools.setCritical']({ id, min }));
      }),
    );
  tools
    .command('favourite')
    .description('mark a tool as a favourite')
    .argument('<id>', ID)
    .option('--remove', 'take the mark away')
    .action((id: string, { remove = false }: { remove?: boolean }) =>
      cli.ask(async (node) => showTool(await node['tools.favourite']({ id, favourite: !remove }))),
    );
}

const listTools = (items: ToolView[]): Answer => ({ data: { items }, text: toolTable(items) });

function toolFacts(tool: ToolView): string {
  return facts([
    ['id', tool.id],
    ['catalog name', tool.catalogName],
    ['alias', tool.alias],
    ['state', tool.state],
    ['approved by rule', tool.rule],
    ['pinned to', tool.pin && `${tool.pin.value}${tool.pin.holds ? '' : ' (nobody offers it now)'}`],
    ['favourite', tool.favourite ? 'yes' : undefined],
    ['critical', tool.critical && `${tool.critical.live} of ${tool.critical.min} instances live`],
    ['provider', tool.providerName ? `${tool.providerName} (${tool.providerId})` : tool.providerId],
    ['server', tool.server],
    ['reachable', yesNo(tool.reachable)],
    ['sealed calls', tool.seal],
    ['title', tool.title],
    ['warnings', tool.warnings.join(', ')],
  ]);
}

const showTool = (tool: ToolView): Answer => ({ data: tool, text: toolFacts(tool) });

type ToolDetail = Awaited<ReturnType<NodeClient['tools.show']>>;

function showDetail(detail: ToolDetail): Answer {
  const changes = (detail.diff ?? []).flatMap(({ path, before, after }) => [
    `  ${oneLine(path)}`,
    ...(before === undefined ? [] : [`    - ${oneLine(before)}`]),
    ...(after === undefined ? [] : [`    + ${oneLine(after)}`]),
  ]);
  const parts = [
    toolFacts(detail),
    printable(detail.description ?? ''),
    versionLines(detail),
    changes.length > 0 ? ['Changed since it was approved:', ...changes].join('\n') : '',
    `Input:\n${printable(JSON.stringify(detail.tool.inputSchema, null, 2))}`,
    detail.tool.outputSchema
      ? `Output:\n${printable(JSON.stringify(detail.tool.outputSchema, null, 2))}`
      : '',
  ];
  return { data: detail, text: parts.filter(Boolean).join('\n\n') };
}

function versionLines({ versions = [] }: ToolDetail): string {
  const lines = versions.map(({ approved, current, fingerprint, version }) =>
    [`  ${oneLine(version)}`, fingerprint, current ? 'now' : '', approved ? 'approved' : '']
      .filter(Boolean)
      .join('  '),
  );
  return lines.length > 0 ? ['Versions:', ...lines].join('\n') : '';
}

function showCritical(items: CriticalTool[]): Answer {
  const rows = items.map(({ live, min, name, provider, providerName, server }) => [
    oneLine(name),
    server,
    oneLine(providerName ?? shortId(provider)),
    `${live} of ${min}`,
  ]);
  return {
    data: { items },
    text: table(['TOOL', 'SERVER', 'PROVIDER', 'LIVE'], rows, 'No tool is watched over.'),
  };
}
