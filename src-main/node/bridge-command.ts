/**
 * The command line that AI clients start to speak MCP over stdio. It names this very installation by absolute paths:
 * clients start it from any folder, and a bare package name would let `npx` fetch whatever has that name.
 */
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

export interface BridgeCommand {
  command: string;
  args: string[];
}

/** Where this program runs from; in tests, somewhere else. */
export interface Installation {
  /** A folder of the program: of its sources, or of its bundle. */
  here: string;
  /** The Node, or the Electron, that runs it. */
  execPath: string;
  /** `argv[1]`: what it was told to run. */
  script: string | undefined;
}

const thisOne = (): Installation => ({
  here: import.meta.dirname,
  execPath: process.execPath,
  script: process.argv[1],
});

/** @param dataDir absolute */
export function bridgeCommand(dataDir: string, profile: string, installation = thisOne()): BridgeCommand {
  const options = ['mcp', '--data-dir', dataDir, ...(profile === 'default' ? [] : ['--profile', profile])];
  const { command, script } = programOf(installation);
  return { command, args: [script, ...options] };
}

/** The command line of a checkout or package, or that of the installed application on the Node that it brings. */
function programOf({ execPath, here, script }: Installation): { command: string; script: string } {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const checkout = join(folder, 'bin', 'toolswarm.mjs');
    if (existsSync(checkout)) return { command: execPath, script: checkout };
    const installed = join(folder, 'app.asar.unpacked', 'dist', 'node', 'cli.js');
    // Never the program that runs us: it may be the application itself, which would open a window.
    const node = ['node', 'node.exe'].map((name) => join(folder, 'node', 'bin', name)).find(existsSync);
    if (node && existsSync(installed)) return { command: node, script: installed };
  }
  return { command: execPath, script: script ?? 'toolswarm' };
}

/** Whether the program is gone from its place at the next start: an AppImage is mounted elsewhere each time. */
export const isPassing = (env: NodeJS.ProcessEnv, here = import.meta.dirname): boolean => {
  const mount = env['APPIMAGE'] === undefined ? undefined : env['APPDIR'];
  return mount !== undefined && mount !== '' && here.startsWith(`${mount}${sep}`);
};
