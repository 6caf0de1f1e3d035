import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { byteSize } from '../printable.ts';
import { givenPassphrase, needPassphrase, newPassphrase } from '../prompts.ts';

export function addRecoveryCommands(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('write everything that cannot be fetched again to an encrypted file')
    .argument('<file>')
    .action((file: string) =>
      cli.ask(async (node) => {
        const passphrase = givenPassphrase(cli) ?? (await newPassphrase(cli, undefined));
        const written = await node['recovery.backup']({ file: resolve(file), passphrase });
        return { data: written, text: `Wrote ${written.file} (${byteSize(written.bytes)}).` };
      }),
    );
  program
    .command('restore')
    .description('restore a backup into an empty folder; the node must not be running')
    .argument('<file>')
    .option('--same-node', 'keep the peer id as well: only where the old node will never run again')
    .action((file: string, { sameNode }: { sameNode?: boolean }) =>
      cli.run(async () => {
        const dataDir = cli.dataDir();
        const passphrase = await needPassphrase(cli, 'Passphrase of the backup');
        const { restoreBackup } = await import('#main/features/recovery/index.ts');
        const restored = await restoreBackup({ file: resolve(file), passphrase, dataDir, sameNode });
        return {
          data: { dataDir, ...restored },
          text: `Restored into ${dataDir}. Start it with \`toolswarm daemon\`.`,
        };
      }),
    );
}
