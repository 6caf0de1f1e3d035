/** The dashboard of a node on another machine, for as long as this command runs. */
import { AppError } from '#shared/kernel/errors.ts';
import type { Role } from '#shared/features/node/roles.ts';
import { openInBrowser } from './browser.ts';
import type { Cli } from './cli.ts';
import { openPortTunnel, type RemoteOptions, throughTunnel } from './remote.ts';

export interface OpenFlags {
  browser: boolean;
  /** Absent: the owner’s. */
  role?: Role;
  name?: string;
}

export const isForAnother = ({ name, role = 'owner' }: Omit<OpenFlags, 'browser'>): boolean =>
  role !== 'owner' || name !== undefined;

export async function openRemote(
  cli: Cli,
  remote: RemoteOptions,
  { browser, ...wanted }: OpenFlags,
): Promise<void> {
  await cli.follow(async (node, print) => {
    const link = await node['node.openLink'](wanted);
    const tunnel = await openPortTunnel(remote, Number(new URL(link.url).port));
    try {
      const url = throughTunnel(link.url, tunnel.port);
      print({ data: { url }, text: `${url}\nThe way there stays open until you press Ctrl+C.` });
      if (browser && !isForAnother(wanted) && !cli.json()) openInBrowser(url, cli.io.env);
      await Promise.race([interrupted(), tunnel.ended.then(() => Promise.reject(cutOff(remote)))]);
    } finally {
      tunnel.close();
    }
  });
}

/** Resolves when the person, or whoever started us, has seen enough. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const cutOff = ({ destination }: RemoteOptions): AppError =>
  new AppError('cli.remote_failed', `The connection to ${destination} was lost.`, {
    advice: 'Run the command again when that machine can be reached.',
    retryable: true,
  });
