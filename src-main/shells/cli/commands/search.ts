import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Doubt, FoundTool, NetworkAnswer } from '#shared/features/registry/network-search.ts';
import type { NoteCode, SearchNote } from '#shared/features/registry/search.ts';
import type { Answer, Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { wholeNumber } from '../parse.ts';
import { oneLine, plural } from '../printable.ts';
import { toolTable } from './tool-list.ts';

interface SearchFlags {
  limit?: number;
  network?: boolean;
}

const EXAMPLES = `
Words are found in any form; further:
  '"weekly report"'     exactly this text
  'report -draft'       not with this word
  tag:mail  provider:anna  server:files  version:^1.2
  readonly:yes  destructive:no  state:pending`;

/** `search TEXT`, here or, with `--network`, among peers. */
export function addSearchCommand(parent: Command, cli: Cli): void {
  parent
    .command('search')
    .description('find tools by words, the best first')
    .argument('<text...>')
    .option('--network', 'ask peers too; the words are shown to them')
    .option('--limit <n>', 'how many at most', wholeNumber)
    .addHelpText('after', EXAMPLES)
    .action((words: string[], { limit, network }: SearchFlags) => {
      const text = words.join(' ');
      return cli.ask((node) =>
        network ? askNetwork(cli, node, text, limit) : searchHere(node, text, limit),
      );
    });
}

async function searchHere(node: NodeClient, text: string, limit: number | undefined): Promise<Answer> {
  const data = await node['tools.search']({ text, limit });
  const notes = data.understood.notes.map(noteLine);
  return { data, text: [toolTable(data.items, 'Nothing found.'), ...notes].join('\n') };
}

/** How well a tool fits is the node's own reading; what comes again replaces what was known. */
async function askNetwork(
  cli: Cli,
  node: NodeClient,
  text: string,
  limit: number | undefined,
): Promise<Answer> {
  const found = new Map<string, FoundTool>();
  let last: Omit<NetworkAnswer, 'items' | 'done'> = {
    ...{ asked: 0, answered: 0, refused: 0, off: 0, busy: 0 },
    reasons: {},
  };
  if (!cli.json() && isInteractive(cli.io))
    cli.io.stderr.write('These words are shown to the peers that are asked.\n');
  for await (const step of node['tools.searchNetwork']({ text, limit })) {
    const { done: _, items, ...counts } = step;
    for (const tool of items) found.set(tool.id, tool);
    last = counts;
  }
  const items = [...found.values()].sort((a, b) => b.relevance - a.relevance).slice(0, limit);
  const lines = [toolTable(items, 'No peer knows such a tool.'), ...outcomeLines(last)];
  return { data: { items, ...last }, text: lines.join('\n') };
}

const DOUBTS: Record<Doubt, string> = {
  unproven: 'no verified entry stands behind',
  no_manifest: 'their tools could not be had, or are not those that were signed',
  other_tool: 'the provider signed no such tool',
  beside_the_point: 'they have nothing to do with the words',
  malformed: 'the answer made no sense',
  wrong_too_often: 'the peer was wrong too often to read on',
};

function outcomeLines({
  answered,
  asked,
  busy,
  off,
  reasons,
}: Omit<NetworkAnswer, 'items' | 'done'>): string[] {
  const silent = asked - answered - off - busy;
  const refused = (Object.keys(DOUBTS) as Doubt[]).flatMap((doubt) => {
    const count = reasons[doubt] ?? 0;
    return count > 0 ? [`${plural(count, 'result')} not shown: ${DOUBTS[doubt]}.`] : [];
  });
  return [
    `${answered} of ${plural(asked, 'peer')} answered.`,
    ...(off > 0 ? [`${plural(off, 'peer')} of them: searches are switched off there.`] : []),
    ...(busy > 0 ? [`${plural(busy, 'peer')} of them: busy, ask again in a few seconds.`] : []),
    ...(silent > 0 ? [`${plural(silent, 'peer')} of them said nothing.`] : []),
    ...refused,
  ];
}

const WORDS: Record<NoteCode, string> = {
  unknown_filter: 'is no filter; its words are looked for',
  bad_value: 'says nothing that can be filtered by',
  not_known_yet: 'leaves nothing out: prices are not known yet',
  open_quote: 'the quotation mark is not closed',
  too_long: 'only the first 200 characters are read',
  too_many_parts: 'only the first 24 words are read',
  only_exclusions: 'everything that is not left out is shown',
  no_words: 'there is no word to look for',
  corrected: 'is in no tool; looked for instead:',
  some_words: 'no tool has all of these words',
  indexing: 'not all tools are in the index yet',
};

const noteLine = ({ code, part, value }: SearchNote): string =>
  oneLine(
    `note: ${part === undefined ? '' : `“${part}” `}${WORDS[code]}${value === undefined ? '' : ` ${value}…`}`,
  );
