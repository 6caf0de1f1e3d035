import type { clientsContract } from '#shared/features/clients/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

export function answerClients(memory: Memory): Handlers<typeof clientsContract> {
  const { clock } = memory;
  return {
    'profiles.list': () => ({ items: [{ name: 'default' }] }),
    'profiles.set': (profile) => profile,
    'profiles.remove': () => ({}),
    'clients.list': () => ({ items: [] }),
    'clients.create': ({ name, profile }) => ({
      id: 'client',
      name,
      profile,
      createdAt: clock.now(),
      token: 'example',
    }),
    'clients.revoke': () => ({}),
    'clients.connection': () => ({
      url: 'http://127.0.0.1:7420/mcp',
      token: 'tsw_mcp_b7c1e9d04f5a46d2a0c3e85b',
      socket: '/home/sam/.local/share/toolswarm/run/mcp.sock',
      command: 'npx',
      args: ['toolswarm', 'mcp'],
    }),
  };
}
