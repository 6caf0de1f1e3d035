import { spawn } from 'node:child_process';

/** Opens a link in the person's browser where there is a display to show it; silently does nothing elsewhere. */
export function openInBrowser(url: string, env: NodeJS.ProcessEnv): void {
  const command = browserCommand(process.platform, env);
  if (!command) return;
  const child = spawn(command[0], [...command.slice(1), url], { detached: true, stdio: 'ignore' });
  // The link was printed; a missing opener costs nothing but a click.
  child.on('error', () => undefined);
  child.unref();
}

function browserCommand(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): [string, ...string[]] | undefined {
  if (env.SSH_CONNECTION) return undefined;
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}
