/**
 * The tokens that this machine's own clients use, one a profile. Unlike others they can be shown again, at every start
 * and in `clients.connection`, so they lie in the keystore; the store has their hash like anyone's.
 */
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { ClientBook } from './client-book.ts';
import { createToken } from './tokens.ts';

export interface ConnectionTokens {
  /** The profile's token, made where there is none. */
  of(profile: string): string;
  /** Forgets the token, so that the next call makes another. */
  forget(profile: string): void;
  /** The id of the client it belongs to. */
  clientId(profile: string): string;
}

export interface ConnectionTokensDeps {
  keystore: Keystore;
  clients: ClientBook;
  clock: Clock;
  random: Random;
}

export function createConnectionTokens(deps: ConnectionTokensDeps): ConnectionTokens {
  const { keystore, clients, clock, random } = deps;
  const keyOf = (profile: string) => `clients/connection/${profile}`;
  const clientId = (profile: string) => `machine-${profile}`;

  function stored(profile: string): string {
    const known = keystore.get(keyOf(profile));
    if (known) return fromUtf8(known);
    const token = createToken(random);
    keystore.set(keyOf(profile), utf8(token));
    return token;
  }

  return {
    clientId,
    of(profile) {
      const token = stored(profile);
      if (clients.has(token)) return token;
      // Keys and database may come from different backups: the hash follows the key.
      const outdated = clients.find(clientId(profile));
      if (outdated) clients.remove(outdated);
      const client = { id: clientId(profile), name: 'This machine', profile, scope: 'call' as const };
      clients.add({ ...client, createdAt: clock.now() }, token);
      return token;
    },
    forget(profile) {
      if (keystore.get(keyOf(profile))) keystore.delete(keyOf(profile));
    },
  };
}
