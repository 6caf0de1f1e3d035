/** Connects and disconnects a client again and again until it is killed: `node connect-again.ts ROOT`. */
import { openFiles } from './open-files.ts';

const [root] = process.argv.slice(2) as [string];
const files = openFiles(root);

if (process.argv[3] === 'once') {
  try {
    files.connect({ client: 'cursor' }, 'default');
    process.stdout.write('connected\n');
  } catch (error) {
    process.stdout.write(`${(error as { code: string }).code}\n`);
  }
} else {
  // The last one may have been killed while it was connected.
  files.disconnectAll();
  process.stdout.write('writing\n');
  for (;;) {
    files.connect({ client: 'cursor' }, 'default');
    files.disconnect({ client: 'cursor' });
  }
}
