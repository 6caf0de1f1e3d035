import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import { toBase32 } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { createClientBook } from './client-book.ts';
import { createConnectionTokens } from './connection-tokens.ts';
import { createProfileBook, DEFAULT_PROFILE } from './profile-book.ts';
import { type Client, createClientStore, type Profile, type StoredClient } from './store.ts';
import { createToken } from './tokens.ts';

/** How long a use may stay in memory before it is written down. */
const WRITE_USES_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

/** What a token opens, and until when. */
export interface TokenTerms {
  /** Absent: `call`, everything in the profile. */
  scope?: TokenScope | undefined;
  /** Absent: until it is revoked. */
  forDays?: number | undefined;
}

/** Who a token lets in. */
export interface Admission {
  clientId: string;
  name: string;
  profile: string;
  scope: TokenScope;
  /** Epoch ms. */
  expiresAt?: number;
}

export interface ClientsEvents {
  /** Its token ended; its sessions should end too. */
  clientRevoked: { clientId: string };
  /** A profile was made, changed or removed: the views of its clients differ. */
  profileChanged: { name: string };
}

export interface Clients extends EventSource<ClientsEvents> {
  /** The client that a token belongs to. Its time says nothing about the tokens that exist. */
  authenticate(token: string): Admission | undefined;
  profile(name: string): Profile | undefined;
  profiles(): Profile[];
  /** Throws `clients.unknown_profile`. */
  requireProfile(name: string): void;
  /** Throws `clients.too_many_profiles`. */
  setProfile(profile: Profile): void;
  /** Throws `clients.default_profile` or `clients.unknown_profile`. */
  removeProfile(name: string): void;
  list(): Client[];
  /** Throws `clients.unknown_profile` or `clients.too_many`. The token is not shown again. */
  create(name: string, profile: string, terms?: TokenTerms): Client & { token: string };
  /** Throws `clients.unknown`. */
  revoke(id: string): void;
  /**
   * The token of a profile that this machine's own clients use; the same at every start until it is revoked. Throws
   * `clients.unknown_profile`.
   */
  connectionToken(profile?: string): string;
  /** Writes down the last uses. */
  close(): void;
}

export interface ClientsDeps {
  db: Database;
  keystore: Keystore;
  clock: Clock;
  random: Random;
  log: Log;
}

export function createClients({ db, keystore, clock, random, log }: ClientsDeps): Clients {
  const store = createClientStore(db);
  const events = createEmitter<ClientsEvents>((error) => log.error({ error }, 'a listener failed'));
  const profiles = createProfileBook(store);
  const clients = createClientBook(store, clock);
  const connections = createConnectionTokens({ keystore, clients, clock, random });
  const timer = clock.every(WRITE_USES_EVERY_MS, () => clients.writeUses());

  function end(client: StoredClient): void {
    if (client.id === connections.clientId(client.profile)) connections.forget(client.profile);
    clients.remove(client);
    events.emit('clientRevoked', { clientId: client.id });
  }

  return {
    on: events.on,
    authenticate(token) {
      const client = clients.use(token);
      if (!client) return undefined;
      const { expiresAt, id, name, profile, scope } = client;
      return { clientId: id, name, profile, scope, ...(expiresAt === undefined ? {} : { expiresAt }) };
    },
    profile: profiles.get,
    profiles: profiles.list,
    requireProfile: profiles.require,
    setProfile(profile) {
      profiles.set(profile);
      events.emit('profileChanged', { name: profile.name });
    },
    removeProfile(name) {
      profiles.requireRemovable(name);
      for (const client of clients.ofProfile(name)) end(client);
      profiles.remove(name);
      events.emit('profileChanged', { name });
    },
    list: clients.list,
    create(name, profile, { forDays, scope = 'call' } = {}) {
      profiles.require(profile);
      const createdAt = clock.now();
      const ends = forDays === undefined ? {} : { expiresAt: createdAt + forDays * DAY_MS };
      const client = { id: toBase32(random.bytes(10)), name, profile, scope, createdAt, ...ends };
      const token = createToken(random);
      clients.add(client, token);
      return { ...client, token };
    },
    revoke(id) {
      const client = clients.find(id);
      if (!client) throw unknownClient();
      end(client);
    },
    connectionToken(profile = DEFAULT_PROFILE) {
      profiles.require(profile);
      return connections.of(profile);
    },
    close() {
      timer.cancel();
      clients.writeUses();
    },
  };
}

const unknownClient = (): AppError =>
  new AppError('clients.unknown', 'There is no such client.', {
    advice: 'List the clients to see their ids.',
  });
