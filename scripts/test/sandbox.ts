/** The tests of packages run them confined; on Debian what that needs is installed. */
import { installOnDebian, onPath } from './debian.ts';

/** Without these the tests of the sandbox fail: a node that cannot confine packages runs none. */
export async function ensureSandbox(): Promise<void> {
  if (process.platform !== 'linux' || (onPath('bwrap') && onPath('socat'))) return;
  await installOnDebian('bubblewrap', 'socat');
}
