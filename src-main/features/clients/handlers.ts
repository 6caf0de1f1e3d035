import type { clientsContract } from '#shared/features/clients/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Clients } from './clients.ts';

export interface ClientsHandlersDeps {
  clients: Clients;
  /** How clients of a profile reach this node; known once the endpoint listens. */
  connection: (profile: string) => { url: string; socket: string; command: string; args: string[] };
}

/** Serves `clients.*` and `profiles.*`. */
export function createClientsHandlers({
  clients,
  connection,
}: ClientsHandlersDeps): Handlers<typeof clientsContract> {
  return {
    'profiles.list': () => ({ items: clients.profiles() }),
    'profiles.set'(profile) {
      clients.setProfile(profile);
      return profile;
    },
    'profiles.remove'({ name }) {
      clients.removeProfile(name);
      return {};
    },
    'clients.list': () => ({ items: clients.list() }),
    'clients.create': ({ name, profile }) => clients.create(name, profile),
    'clients.revoke'({ id }) {
      clients.revoke(id);
      return {};
    },
    'clients.connection': ({ profile }) => ({
      token: clients.connectionToken(profile),
      ...connection(profile),
    }),
  };
}
