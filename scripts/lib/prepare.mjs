/** The first lines of every script: dependencies there, and a clear sentence instead of a stack when something fails. */
import { ensureInstalled } from './install.mjs';
import { findNode24, isNode24 } from './node24.mjs';
import { root } from './root.mjs';

const OLDEST_NODE = [20, 19];

/**
 * Installs what is missing, then runs `main` and ends the process with the code it resolves to.
 * @param {() => Promise<number>} main
 */
export async function runScript(main) {
  try {
    refuseOldNode();
    await ensureInstalled(root);
    findNode24(root);
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`toolswarm: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE;
  if (isNode24(process.versions.node) || major > oldMajor || (major === oldMajor && minor >= oldMinor))
    return;
  throw new Error(
    `Node ${process.versions.node} is too old to start from; any Node from ${OLDEST_NODE.join('.')} up will do.`,
  );
}
