/** Runs the daemon in the foreground and tells a person, once, where everything is. */
import { cliBundle } from './built.mjs';
import { settingsFor } from './daemon-flags.mjs';
import { runNode24 } from './tools.mjs';

/**
 * @typedef {{ ready: true, webUrl: string, mcpUrl: string, mcpToken: string, providerId: string }} ReadyLine
 */

/**
 * @param {readonly string[]} options of `toolswarm daemon`
 * @param {AbortSignal} [stop] ends the daemon in order
 * @returns {Promise<number>} the daemon's exit code, once it has stopped
 */
export function runDaemon(options, stop) {
  let pending = '';
  const { env, flags } = settingsFor(['daemon', ...options]);
  return runNode24([...flags, cliBundle, 'daemon', ...options], {
    env: { ...process.env, ...env }, // the daemon's children are the user's programs: they get the user's PATH
    stop,
    stdio: ['inherit', 'pipe', 'inherit'],
    onStdout(chunk) {
      const lines = (pending + chunk.toString()).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) process.stdout.write(`${describe(line)}\n`);
    },
  });
}

/** @param {string} line */
function describe(line) {
  const ready = parseReady(line);
  if (!ready) return line;
  return [
    '',
    `  Dashboard     ${ready.webUrl}`,
    '                (opens once, within ten minutes; `npx toolswarm open` makes another link)',
    `  AI clients    ${ready.mcpUrl} with the token ${ready.mcpToken}`,
    '                or start `npx toolswarm mcp` as a stdio server',
    `  You are       ${ready.providerId}`,
    '',
    '  Ctrl-C stops the node.',
  ].join('\n');
}

/**
 * @param {string} line
 * @returns {ReadyLine | undefined}
 */
function parseReady(line) {
  if (!line.startsWith('{"ready":')) return undefined;
  try {
    return /** @type {ReadyLine} */ (JSON.parse(line));
  } catch {
    return undefined; // not the ready line after all: it is printed as it is
  }
}
