import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { jsonOrText } from '../parse.ts';
import { table } from '../printable.ts';

interface Setting {
  key: string;
  value?: unknown;
  needsRestart: boolean;
  restartPending: boolean;
}

export function addSettingCommands(program: Command, cli: Cli): void {
  const settings = program.command('settings').description('how this node behaves');
  settings
    .command('list')
    .description('all settings, their values and where these come from')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['settings.list']({});
        const rows = items.map((item) => [
          item.key,
          JSON.stringify(item.value) ?? '',
          item.restartPending ? `${item.source}, not in force yet` : item.source,
        ]);
        return { data: { items }, text: table(['KEY', 'VALUE', 'FROM'], rows, 'No settings.') };
      }),
    );
  settings
    .command('set')
    .description('change one setting')
    .argument('<key>')
    .argument('<value>', 'JSON, or text', jsonOrText)
    .action((key: string, value: unknown) =>
      cli.ask(async (node) => {
        const setting = await node['settings.set']({ key, value });
        return { data: setting, text: describe(setting) };
      }),
    );
  settings
    .command('reset')
    .description('return one setting to its default')
    .argument('<key>')
    .action((key: string) =>
      cli.ask(async (node) => {
        const setting = await node['settings.reset']({ key });
        return { data: setting, text: describe(setting) };
      }),
    );
}

const describe = ({ key, restartPending, value }: Setting): string =>
  `${key} is ${JSON.stringify(value)}${restartPending ? ' once the node is started anew (`toolswarm restart`)' : ''}.`;
