import type { Command } from 'commander';
import type { Equivocation } from '#shared/features/node/equivocations.ts';
import type { Cli } from '../cli.ts';
import { table, time, yesNo } from '../printable.ts';

export function addProviderCommands(program: Command, cli: Cli): void {
  const providers = program.command('providers').description('whose tools there are');
  providers
    .command('equivocations')
    .description('providers whose node signed two records under one number; --json gives both as proof')
    .argument('[provider]', 'only those of this provider')
    .action((providerId?: string) =>
      cli.ask(async (node) => {
        const { items } = await node['providers.equivocations']({ providerId });
        const header = ['PROVIDER', 'WHAT', 'NUMBER', 'NODE', 'FOUND', 'SEEN'];
        return {
          data: { items },
          text: table(header, items.map(row), 'Nobody was found to contradict himself.'),
        };
      }),
    );
  providers
    .command('acknowledge')
    .description('note that you have seen what a provider signed twice; the warnings stay')
    .argument('<provider>')
    .action((providerId: string) =>
      cli.ask(async (node) => {
        await node['providers.acknowledge']({ providerId });
        return {
          data: { providerId },
          text: `Noted. To end all dealings with him: toolswarm peers block ${providerId}`,
        };
      }),
    );
}

const row = ({
  foundAt,
  peerId,
  providerId,
  providerName,
  seen,
  seq,
  subject,
  type,
}: Equivocation): string[] => [
  providerName ? `${providerName} (${providerId})` : providerId,
  `${type} ${subject}`,
  String(seq),
  peerId,
  time(foundAt),
  yesNo(seen),
];
