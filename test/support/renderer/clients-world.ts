/** AI clients of the in-memory node: which are installed, what they see, who is connected. */
import { clientApps, type ClientAppId } from '#shared/features/clients/apps.ts';
import type { ClientSession, ClientView, ProfileView } from '#shared/features/clients/contract.ts';
import type { ClientFile } from '#shared/features/clients/files.ts';

export interface ClientsWorld {
  files: ClientFile[];
  profiles: ProfileView[];
  tokens: ClientView[];
  sessions: ClientSession[];
}

const FILES: Partial<Record<ClientAppId, string>> = {
  'claude-desktop': '/home/sam/.config/Claude/claude_desktop_config.json',
  'claude-code': '/home/sam/.claude.json',
  cursor: '/home/sam/.cursor/mcp.json',
  vscode: '/home/sam/.config/Code/User/mcp.json',
  codex: '/home/sam/.codex/config.toml',
  zed: '/home/sam/.config/zed/settings.json',
};

/** Those that `parts` names are installed. */
const filesOf = (parts: Partial<Record<ClientAppId, Partial<ClientFile>>>): ClientFile[] =>
  clientApps.map(({ id, name, format, takesEffect }) => ({
    id,
    name,
    installed: parts[id] !== undefined,
    file: FILES[id] ?? `/home/sam/.config/${id}/mcp.json`,
    exists: parts[id] !== undefined,
    format,
    entry: 'absent',
    takesEffect,
    ...parts[id],
  }));

/** A machine with two clients that nobody has connected yet. */
export const freshClients = (): ClientsWorld => ({
  files: filesOf({ 'claude-desktop': { exists: false }, vscode: {} }),
  profiles: [{ name: 'default', prefix: true }],
  tokens: [],
  sessions: [],
});

/** A machine on which each state can be seen. */
export const usedClients = (now: number): ClientsWorld => ({
  files: filesOf({
    'claude-desktop': { entry: 'present', profile: 'default', connectedAt: now - 86_400_000 },
    cursor: { entry: 'stale', profile: 'writing', connectedAt: now - 40 * 86_400_000 },
    vscode: {},
    codex: {},
    zed: {
      problem: {
        code: 'clients.file_broken',
        message: 'The file breaks off at line 12, column 3.',
        advice: 'Mend it in an editor first: the client itself cannot read it as it is.',
        details: { line: 12, column: 3 },
      },
    },
  }),
  profiles: [
    { name: 'default', prefix: true },
    { name: 'writing', servers: ['everything'], excludeTools: ['everything_echo'], prefix: false },
  ],
  tokens: [
    {
      id: 'machine-default',
      name: 'This machine',
      profile: 'default',
      scope: 'call',
      createdAt: now - 90 * 86_400_000,
      lastUsedAt: now - 60_000,
    },
    {
      id: 'client-laptop',
      name: 'Laptop in the studio',
      profile: 'writing',
      scope: 'read',
      expiresAt: now + 21 * 86_400_000,
      createdAt: now - 9 * 86_400_000,
      lastUsedAt: now - 7_200_000,
    },
  ],
  sessions: [
    {
      id: 's1',
      name: 'Claude Desktop',
      version: '1.9.3',
      profile: 'default',
      transport: 'socket',
      era: 'legacy',
      since: now - 5_400_000,
      lastSeenAt: now - 12_000,
      calls: 41,
      running: 1,
    },
    {
      id: 's2',
      name: 'codex-mcp-client',
      version: '0.154.0',
      profile: 'writing',
      transport: 'http',
      era: 'modern',
      token: 'Laptop in the studio',
      since: now - 240_000,
      lastSeenAt: now - 60_000,
      calls: 3,
      running: 0,
    },
  ],
});
