/** Logins in the keystore: one record for each server and profile, written whole. */
import { z } from 'zod';
import { RESERVED, type SecretsPort } from '../vaults.ts';

/** A client as the authorization server of that issuer knows it; worth nothing at any other. */
const clientSchema = z.object({
  issuer: z.string(),
  id: z.string(),
  secret: z.string().optional(),
  /** How it proves itself at the token endpoint. */
  method: z.string().optional(),
  /** `person`: registered by hand. `document`: its id is an address. `dynamic`: registered by us. */
  kind: z.enum(['person', 'document', 'dynamic']),
  redirectUri: z.string().optional(),
});
export type LoginClient = z.output<typeof clientSchema>;

const tokensSchema = z.object({
  access: z.string(),
  refresh: z.string().optional(),
  expiresAt: z.number().optional(),
});
export type Tokens = z.output<typeof tokensSchema>;

const recordSchema = z.object({
  /** For what the tokens are: they are sent nowhere else. */
  resource: z.string(),
  issuer: z.string(),
  client: clientSchema,
  /** Absent once they ran out or were given back. */
  tokens: tokensSchema.optional(),
  scopes: z.array(z.string()),
  account: z.string().optional(),
  since: z.number(),
});
export type LoginRecord = z.output<typeof recordSchema>;

export interface LoginRecords {
  get(server: string, profile: string): LoginRecord | undefined;
  set(server: string, profile: string, record: LoginRecord): void;
  delete(server: string, profile: string): void;
  profiles(server: string): string[];
  servers(): string[];
}

const ROOT = `${RESERVED}login/`;

export function createLoginRecords(secrets: SecretsPort): LoginRecords {
  /** What the keystore holds, read once: every request of a server asks for its token. */
  const cache = new Map<string, LoginRecord>();
  const keyOf = (server: string, profile: string) => `${ROOT}${server}/${profile}`;
  for (const key of secrets.keys()) {
    if (!key.startsWith(ROOT)) continue;
    const record = parse(secrets.get(key));
    if (record) cache.set(key, record);
    else secrets.delete(key);
  }
  const names = () => [...cache.keys()].map((key) => key.slice(ROOT.length).split('/') as [string, string]);
  return {
    get: (server, profile) => cache.get(keyOf(server, profile)),
    set(server, profile, record) {
      secrets.set(keyOf(server, profile), JSON.stringify(record));
      cache.set(keyOf(server, profile), record);
    },
    delete(server, profile) {
      secrets.delete(keyOf(server, profile));
      cache.delete(keyOf(server, profile));
    },
    profiles: (server) => names().flatMap(([found, profile]) => (found === server ? [profile] : [])),
    servers: () => [...new Set(names().map(([server]) => server))],
  };
}

/** A record that cannot be read is as good as none: its owner signs in anew. */
function parse(text: string | undefined): LoginRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}
