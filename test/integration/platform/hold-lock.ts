/** Takes the lock of a folder and holds it until it is killed: `node hold-lock.ts FOLDER`. */
import { join } from 'node:path';
import { toErrorShape } from '#shared/kernel/errors.ts';
import { acquireLock } from '#main/platform/lock.ts';

const folder = process.argv[2] as string;
try {
  acquireLock({ file: join(folder, 'lock.db'), pidFile: join(folder, 'node.pid') });
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`${JSON.stringify(toErrorShape(error))}\n`);
}
