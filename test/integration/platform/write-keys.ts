/** Writes `counter` into a keystore again and again until it is killed: `node write-keys.ts FILE [PASSPHRASE]`. */
import { openKeystore } from '#main/platform/keystore.ts';
import { systemRandom } from '#main/platform/random.ts';

const [file, passphrase] = process.argv.slice(2) as [string, string?];
const keystore = openKeystore({ file, random: systemRandom, ...(passphrase ? { passphrase } : {}) });
// A large secret makes the write long enough to be hit in the middle.
const ballast = systemRandom.bytes(500_000);
let counter = Number(Buffer.from(keystore.get('counter') ?? '0').toString());

function writeNext(): void {
  counter += 1;
  keystore.update({ counter: Buffer.from(String(counter)), [`ballast/${counter % 2}`]: ballast });
}

writeNext();
process.stdout.write('writing\n');
for (;;) writeNext();
