/** Restores a backup: `node restore-once.ts FILE PASSPHRASE FOLDER`. */
import { restoreBackup } from '#main/features/recovery/index.ts';

const [file, passphrase, dataDir] = process.argv.slice(2) as [string, string, string];
process.stdout.write('starting\n');
await restoreBackup({ file, passphrase, dataDir });
process.stdout.write('done\n');
