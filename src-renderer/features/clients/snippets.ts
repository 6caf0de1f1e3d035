/** Ready-made configuration for AI clients. */
import type { z } from 'zod';
import type { clientsContract } from '#shared/features/clients/contract.ts';

export type ClientConnection = z.output<(typeof clientsContract)['clients.connection']['output']>;

const plain = /^[\w@%+=:,./-]+$/;
const quoted = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The bridge's command as one line for a POSIX shell. */
export const shellLine = ({ command, args }: Pick<ClientConnection, 'command' | 'args'>): string =>
  [command, ...args].map(quoted).join(' ');

export const stdioSnippet = ({ command, args }: Pick<ClientConnection, 'command' | 'args'>): string =>
  JSON.stringify({ mcpServers: { toolswarm: { command, args } } }, null, 2);

/** The token is left to be filled in: a snippet is shown in plain sight, the token is not. */
export const httpSnippet = (url: string): string =>
  JSON.stringify(
    { mcpServers: { toolswarm: { type: 'http', url, headers: { Authorization: 'Bearer <token>' } } } },
    null,
    2,
  );
