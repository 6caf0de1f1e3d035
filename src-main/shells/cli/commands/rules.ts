import { type Command, Option } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import { trustableClaims } from '#shared/features/registry/claim-names.ts';
import type { TrustableClaim } from '#shared/features/registry/claims.ts';
import type { RulePreview, RuleView } from '#shared/features/registry/curation.ts';
import type { Answer, Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { oneLine, table } from '../printable.ts';

export const claimOption = (): Option =>
  new Option('--claim <claim...>', 'only tools whose provider claims this; nobody checks it').choices(
    trustableClaims,
  );

export interface RuleFlags {
  provider?: string;
  server?: string;
  claim?: TrustableClaim[];
  tag?: string[];
  coverChanges?: boolean;
  at?: number;
  preview?: boolean;
}

export function addRuleCommands(program: Command, cli: Cli): void {
  const rules = program.command('rules').description('rules that decide about tools of the network');
  rules
    .command('list')
    .description('the rules in their order; the first that fits a tool decides')
    .action(() => cli.ask(async (node) => listRules((await node['rules.list']({})).items)));
  rules
    .command('add')
    .description('keep a rule; --preview only says what it would touch now')
    .addOption(
      new Option('--action <action>', 'what happens to the tools that fit')
        .choices(['approve', 'ask', 'reject'])
        .makeOptionMandatory(),
    )
    .option('--provider <id>', 'whose tools; a rule that approves must say so')
    .option('--server <name>', 'only of this server')
    .addOption(claimOption())
    .option('--tag <tag...>', 'only with all of these tags')
    .option('--cover-changes', 'with approve: approve changed tools again, unseen')
    .option('--at <n>', 'place in the order, 1 for the first', wholeNumber)
    .option('--preview', 'say what the rule would touch, and keep nothing')
    .action((flags: RuleFlags & { action: 'approve' | 'ask' | 'reject' }) =>
      cli.ask((node) => keepRule(node, flags)),
    );
  rules
    .command('remove')
    .description('remove a rule; what it decided is open again, what you decided stays')
    .argument('<id>', 'as `rules list` shows it')
    .action((id: string) => cli.ask(async (node) => listRules((await node['rules.remove']({ id })).items)));
  rules
    .command('reorder')
    .description('put the rules in this order')
    .argument('<id...>', 'every rule once')
    .action((ids: string[]) =>
      cli.ask(async (node) => listRules((await node['rules.reorder']({ ids })).items)),
    );
}

/** Keeps a rule, or says what it would touch. */
export async function keepRule(
  node: NodeClient,
  flags: RuleFlags & { action: 'approve' | 'ask' | 'reject' },
): Promise<Answer> {
  const { action, at, claim = [], coverChanges = false, preview, provider, server, tag = [] } = flags;
  const input = {
    rule: { action, provider, server, claims: claim, tags: tag, coversChanges: coverChanges },
    ...(at === undefined ? {} : { position: Math.max(0, at - 1) }),
  };
  if (preview) return showPreview(await node['rules.preview'](input));
  return listRules((await node['rules.add'](input)).items);
}

function listRules(items: RuleView[]): Answer {
  const rows = items.map((rule, index) => [
    String(index + 1),
    rule.action,
    oneLine(conditionsOf(rule)),
    rule.coversChanges ? 'yes' : 'no',
    String(rule.matches),
    rule.id,
  ]);
  const header = ['#', 'ACTION', 'TOOLS', 'CHANGES TOO', 'NOW', 'ID'];
  return { data: { items }, text: table(header, rows, 'No rules: you are asked about every tool.') };
}

const conditionsOf = ({ claims, provider, providerName, server, tags }: RuleView): string =>
  [
    provider ? `of ${providerName ?? provider}` : 'of anybody',
    server ? `server ${server}` : '',
    claims.length > 0 ? `said to be ${claims.join(', ')}` : '',
    tags.length > 0 ? `tagged ${tags.join(', ')}` : '',
  ]
    .filter(Boolean)
    .join('; ');

function showPreview(preview: RulePreview): Answer {
  const { approves, asks, changedLeft, matches, rejects, sample } = preview;
  const lines = [
    `It fits ${matches} tools now.`,
    `${approves} enter the catalog, ${asks} wait for you, ${rejects} are rejected.`,
    ...(changedLeft > 0 ? [`${changedLeft} changed and still wait for you.`] : []),
    ...(sample.length > 0 ? [`Among them: ${sample.map(oneLine).join(', ')}`] : []),
  ];
  return { data: preview, text: lines.join('\n') };
}
