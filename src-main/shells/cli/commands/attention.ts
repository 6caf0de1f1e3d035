import type { Command } from 'commander';
import { AppError } from '#shared/kernel/errors.ts';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { TaskView } from '#shared/features/node/tasks.ts';
import type { Cli } from '../cli.ts';
import { table, time } from '../printable.ts';

/** What waits for the operator, and what is under way: the first state of streams that windows follow. */
export function addAttentionCommands(program: Command, cli: Cli): void {
  program
    .command('attention')
    .description('what waits for you: decisions, failures, hints')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await firstOf(node['node.attention']({}));
        return {
          data: { items },
          text: table(['LEVEL', 'WHAT', 'ABOUT', 'SINCE'], items.map(matterRow), 'Nothing waits for you.'),
        };
      }),
    );
  const tasks = program.command('tasks').description('work of the node that takes a while');
  tasks
    .command('list')
    .description('what is under way, and what ended lately')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await firstOf(node['tasks.watch']({}));
        const header = ['ID', 'STATE', 'WHAT', 'ABOUT', 'DONE', 'SINCE'];
        return { data: { items }, text: table(header, items.map(taskRow), 'Nothing is under way.') };
      }),
    );
  tasks
    .command('cancel')
    .description('call a task off')
    .argument('<id>')
    .action((id: string) =>
      cli.ask(async (node) => {
        await node['tasks.cancel']({ id });
        return { data: { id }, text: 'The task is called off.' };
      }),
    );
}

async function firstOf<Item>(stream: AsyncIterable<Item>): Promise<Item> {
  for await (const item of stream) return item;
  throw new AppError('contract.disconnected', 'The connection to the node ended.', {
    advice: 'Check that Toolswarm is running, then try again.',
    retryable: true,
  });
}

const matterRow = ({ count, code, kind, level, since, subject }: AttentionItem): string[] => [
  level,
  kind,
  subject ?? (count === undefined ? (code ?? '') : String(count)),
  time(since),
];

const taskRow = ({ done, fault, id, kind, startedAt, state, subject, total }: TaskView): string[] => [
  id,
  fault?.code ?? state,
  kind,
  subject ?? '',
  done === undefined ? '' : total === undefined ? String(done) : `${done}/${total}`,
  time(startedAt),
];
