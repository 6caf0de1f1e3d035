import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { byteSize } from '../printable.ts';
import type { Io } from '../io.ts';
import { askSecret, givenPassphrase, needPassphrase, newPassphrase } from '../prompts.ts';

export function addRecoveryCommands(program: Command, cli: Cli): void {
  addRecoverCommand(program, cli);
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

/** From the 24 words alone: the same provider with a new node and nothing else. */
function addRecoverCommand(program: Command, cli: Cli): void {
  program
    .command('recover')
    .description(
      'make a new node of a provider from its recovery phrase; the words are read, never given as arguments',
    )
    .action(() =>
      cli.run(async () => {
        const dataDir = cli.dataDir();
        const words = await readWords(cli.io);
        const [{ recoverIdentity }, { systemRandom }] = await Promise.all([
          import('#main/features/identity/index.ts'),
          import('#main/platform/random.ts'),
        ]);
        const passphrase = givenPassphrase(cli);
        const recovered = recoverIdentity({
          words,
          dataDir,
          random: systemRandom,
          ...(passphrase ? { passphrase } : {}),
        });
        return {
          data: { dataDir, ...recovered },
          text: `Recovered ${recovered.providerId} into ${dataDir}. Start it with \`toolswarm daemon\`.`,
        };
      }),
    );
}

/** The 24 words from the terminal without echo, or from a pipe. */
async function readWords(io: Io): Promise<string[]> {
  const text = await askSecret(io, 'The 24 words of the recovery phrase');
  return text
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
}
