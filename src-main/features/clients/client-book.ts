/** Clients by the hash of their token, in memory and in the store. */
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Client, ClientStore, StoredClient } from './store.ts';
import { tokenHash } from './tokens.ts';

export const MAX_CLIENTS = 1000;

export interface ClientBook {
  /**
   * The client of a token that has not ended, noting the use. What is looked up is the hash of what was given, which nobody can steer, so
   * that the time taken says nothing about the tokens that exist.
   */
  use(token: string): Client | undefined;
  has(token: string): boolean;
  /** Throws `clients.too_many`. */
  add(client: Client, token: string): void;
  find(id: string): StoredClient | undefined;
  ofProfile(profile: string): StoredClient[];
  remove(client: StoredClient): void;
  list(): Client[];
  /** Writes down the uses since the last time; they are kept in memory in between, one a client. */
  writeUses(): void;
}

export function createClientBook(store: ClientStore, clock: Clock): ClientBook {
  const byHash = new Map(store.clients().map((client) => [client.tokenHash, client]));
  const uses = new Map<string, number>();
  const lookUp = (token: string) => byHash.get(tokenHash(token) ?? '');

  return {
    use(token) {
      const client = lookUp(token);
      const now = clock.now();
      if (!client || (client.expiresAt ?? Infinity) <= now) return undefined;
      uses.set(client.id, (client.lastUsedAt = now));
      return client;
    },
    has: (token) => lookUp(token) !== undefined,
    add(client, token) {
      if (byHash.size >= MAX_CLIENTS) throw tooMany();
      const stored = { ...client, tokenHash: tokenHash(token) as string };
      store.putClient(stored);
      byHash.set(stored.tokenHash, stored);
    },
    find: (id) => [...byHash.values()].find((client) => client.id === id),
    ofProfile: (profile) => [...byHash.values()].filter((client) => client.profile === profile),
    remove(client) {
      store.removeClient(client.id);
      byHash.delete(client.tokenHash);
      uses.delete(client.id);
    },
    list: () => [...byHash.values()].map(({ tokenHash: _, ...client }) => client),
    writeUses() {
      if (uses.size > 0) store.noteUses(uses);
      uses.clear();
    },
  };
}

const tooMany = (): AppError =>
  new AppError('clients.too_many', `There are already ${MAX_CLIENTS} clients.`, {
    advice: 'Revoke those that are no longer used.',
  });
