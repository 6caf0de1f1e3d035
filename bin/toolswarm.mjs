#!/usr/bin/env node
/**
 * The command `toolswarm`. AI clients start it outside npm with whatever Node they find, so it brings itself to Node 24
 * and touches neither stdin nor stdout on the way: both may be a protocol.
 */
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cliBundle, ensureBuilt } from '../scripts/lib/built.mjs';
import { restartWith, settingsFor } from '../scripts/lib/daemon-flags.mjs';
import { ensureInstalled } from '../scripts/lib/install.mjs';
import { findNode24, isNode24 } from '../scripts/lib/node24.mjs';
import { spawnToEnd } from '../scripts/lib/process.mjs';
import { root } from '../scripts/lib/root.mjs';

try {
  const args = process.argv.slice(2);
  if (isNode24(process.versions.node)) {
    restartWith(settingsFor(args));
    await ensureBuilt();
    module.enableCompileCache?.(); // absent in the older Nodes that this file must parse on
    await import(pathToFileURL(cliBundle).href);
  } else {
    await ensureInstalled(root);
    const self = fileURLToPath(import.meta.url);
    process.exitCode = await spawnToEnd(findNode24(root), [...settingsFor(args).flags, self, ...args]);
  }
} catch (error) {
  process.stderr.write(`toolswarm: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
