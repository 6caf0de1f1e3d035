/**
 * The command line that AI clients start to speak MCP over stdio. It names this very installation by absolute paths:
 * clients start it from any folder, and a bare package name would let `npx` fetch whatever has that name.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface BridgeCommand {
  command: string;
  args: string[];
}

/** @param dataDir absolute */
export function bridgeCommand(dataDir: string, profile: string): BridgeCommand {
  const options = ['mcp', '--data-dir', dataDir, ...(profile === 'default' ? [] : ['--profile', profile])];
  return { command: process.execPath, args: [entryPoint(), ...options] };
}

/** `bin/toolswarm.mjs` above this file, whether it runs from the sources or from the bundle. */
function entryPoint(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'bin', 'toolswarm.mjs');
    if (existsSync(found)) return found;
  }
  return process.argv[1] ?? 'toolswarm';
}
