/** Servers to begin with: well known, maintained by the protocol's own project, useful without an account. */
import type { z } from 'zod';
import type { serversContract } from '#shared/features/servers/contract.ts';

type AddRequest = z.input<(typeof serversContract)['servers.add']['input']>;

export const starters = ['filesystem', 'memory', 'everything'] as const;
export type Starter = (typeof starters)[number];

/** Whether a server of this kind is told which folder it may use. */
export const wantsFolder = (starter: Starter): boolean => starter === 'filesystem';

/** `/home/ada`, `C:\Users\Ada` or `\\server\share`; a server is started without a shell, which alone would expand `~`. */
export const isWholePath = (path: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\[^\\])/.test(path.trim());

/** @param taken names of servers that are here already. */
export function starterRequest(starter: Starter, folder: string, taken: readonly string[]): AddRequest {
  return {
    name: freeName(starter, taken),
    transport: {
      type: 'stdio',
      command: 'npx',
      args: [
        '-y',
        `@modelcontextprotocol/server-${starter}`,
        ...(wantsFolder(starter) ? [folder.trim()] : []),
      ],
    },
  };
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.includes(name)) return name;
  }
}
