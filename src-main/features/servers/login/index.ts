/**
 * Signing in at remote servers, as OAuth 2.1 and the MCP specification have it. See
 * docs/decisions/0014-remote-logins.md for what is defended against.
 *
 *     const { url } = await logins.start('tracker');      // for a browser
 *     …                                                    // the person signs in; the browser comes back to us
 *     logins.withLogin(view).logins;                       // [{ profile: 'default', state: 'signed_in', … }]
 *
 * Invariants: a token goes to the server it was issued for and nowhere else, in one header; it is in no view, log or
 * error; a refresh token is used once at a time; what a server says never makes us reach into a network that it does
 * not see itself.
 */
import type { ServerConfig } from '#shared/features/servers/config.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { DEFAULT_PROFILE, type LoginView } from '#shared/features/servers/login.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import { notFound } from '../faults.ts';
import type { SecretsPort } from '../vaults.ts';
import { createAuth, loginNeeded, type UpstreamAuth } from './auth.ts';
import { readIssuer } from './discovery.ts';
import { createGuardedFetch, type GuardedFetch, type Resolve } from './guarded-fetch.ts';
import { createLoginRecords, type LoginRecord } from './records.ts';
import { beginSignIn, type SignIn } from './sign-in.ts';
import { revokeToken } from './tokens.ts';
import { loginViewOf, type Standing } from './view.ts';

export type { UpstreamAuth } from './auth.ts';

export interface LoginsOptions {
  /** Address of our client metadata document, where one is published. */
  clientDocument?: (() => string | undefined) | undefined;
  /** Addresses of a host; for tests. Default: the system's. */
  resolve?: Resolve | undefined;
  /** Longest wait for an authorization server. */
  timeoutMs?: number | undefined;
}

export interface Logins {
  /** How connections of that profile prove who they are; undefined for servers that are none of ours to sign in at. */
  authFor(name: () => string, config: ServerConfig, profile?: string): UpstreamAuth | undefined;
  /** Begins to sign in; an earlier attempt ends. */
  start(
    name: string,
    options?: { profile?: string; client?: { id: string; secret?: string | undefined } | undefined },
  ): Promise<Pick<SignIn, 'url' | 'redirectUri' | 'expiresAt'>>;
  /** Takes the address that the browser was sent to. Throws `servers.login_wrong_address`. */
  finish(name: string, profile: string, address: string): Promise<void>;
  cancel(name: string, profile: string): void;
  /** Forgets the login. Resolves with whether the authorization server ended it too. */
  signOut(name: string, profile: string): Promise<boolean>;
  /** Whether a profile has a login of its own at that server. */
  has(name: string, profile: string): boolean;
  /** The view with its logins in it. */
  withLogin(view: ServerView): ServerView;
  /** Values that no log may hold. */
  secretsOf(name: string): string[];
  rename(from: string, to: string): void;
  forget(name: string): void;
  /** Forgets the logins of servers that are not there any more. */
  sweep(servers: ReadonlySet<string>): void;
  close(): Promise<void>;
}

export interface LoginsPorts {
  config(name: string): ServerConfig | undefined;
  /** Something in the server's `logins` changed. */
  changed(name: string): void;
  signedIn(name: string, profile: string): void;
}

/** People signing in at a time. */
const MAX_WAITING = 16;

export function createLogins(
  deps: { secrets: SecretsPort; clock: Clock; random: Random; log: Log },
  ports: LoginsPorts,
  options: LoginsOptions = {},
): Logins {
  const { clock, random } = deps;
  const records = createLoginRecords(deps.secrets);
  const standings = new Map<string, Standing>();
  const keyOf = (name: string, profile: string) => `${name}/${profile}`;
  const standingOf = (name: string, profile: string): Standing => standings.get(keyOf(name, profile)) ?? {};
  const fetchFor = (server: URL): GuardedFetch => createGuardedFetch(server, { clock, ...options });

  function note(name: string, profile: string, change: Partial<Standing>): void {
    standings.set(keyOf(name, profile), { ...standingOf(name, profile), ...change });
    ports.changed(name);
  }

  function urlOf(name: string): URL {
    const config = ports.config(name);
    if (!config) throw notFound(name);
    const url = config.transport.type === 'http' ? URL.parse(config.transport.url) : null;
    if (!url) throw noLogin(name);
    return url;
  }

  async function start(
    name: string,
    { client, profile = DEFAULT_PROFILE }: Parameters<Logins['start']>[1] = {},
  ): Promise<SignIn> {
    const server = urlOf(name);
    standingOf(name, profile).waiting?.cancel();
    if ([...standings.values()].filter(({ waiting }) => waiting).length >= MAX_WAITING) throw tooMany();
    const signIn = await beginSignIn(
      { clock, random, fetch: fetchFor(server) },
      {
        server,
        challenge: standingOf(name, profile).challenge,
        before: records.get(name, profile),
        given: client,
        document: options.clientDocument?.(),
      },
    );
    if (!ports.config(name)) {
      signIn.cancel();
      throw notFound(name);
    }
    // Another may have begun meanwhile: the port of one that nobody waits for must not stay open.
    standingOf(name, profile).waiting?.cancel();
    note(name, profile, { waiting: signIn, problem: undefined });
    signIn.done.then(
      (record) => succeeded(name, profile, signIn, record),
      (error: unknown) => failed(name, profile, signIn, error),
    );
    return signIn;
  }

  function succeeded(name: string, profile: string, signIn: SignIn, record: LoginRecord): void {
    if (standingOf(name, profile).waiting !== signIn || !ports.config(name)) return;
    records.set(name, profile, record);
    standings.delete(keyOf(name, profile));
    deps.log.info({ server: name, profile, issuer: record.issuer }, 'signed in');
    ports.changed(name);
    ports.signedIn(name, profile);
  }

  function failed(name: string, profile: string, signIn: SignIn, error: unknown): void {
    if (standingOf(name, profile).waiting !== signIn) return;
    const { advice, code, message } = toErrorShape(error);
    const problem = code === 'servers.login_cancelled' ? undefined : { code, message, advice };
    deps.log.info({ server: name, profile, code }, 'signing in did not work');
    note(name, profile, { waiting: undefined, problem });
  }

  async function signOut(name: string, profile: string): Promise<boolean> {
    const record = records.get(name, profile);
    standingOf(name, profile).waiting?.cancel();
    if (!record) return false;
    // The client stays known: signing in again needs no new registration.
    records.set(name, profile, { ...record, tokens: undefined, account: undefined, scopes: [] });
    note(name, profile, { wish: 'needed', waiting: undefined, problem: undefined });
    return giveBack(urlOf(name), record);
  }

  async function giveBack(server: URL, { client, issuer, tokens }: LoginRecord): Promise<boolean> {
    if (!tokens) return false;
    const fetch = fetchFor(server);
    try {
      const as = await readIssuer(issuer, fetch);
      if (tokens.refresh !== undefined) await revokeToken({ as, client }, tokens.refresh, fetch);
      return await revokeToken({ as, client }, tokens.access, fetch);
    } catch (error) {
      deps.log.info({ issuer, code: toErrorShape(error).code }, 'a login could not be given back');
      return false;
    }
  }

  const viewOf = (name: string, profile: string): LoginView =>
    loginViewOf(profile, records.get(name, profile), standingOf(name, profile));

  const profilesOf = (name: string): string[] => {
    const standing = [...standings.keys()].flatMap((key) =>
      key.startsWith(`${name}/`) ? key.slice(name.length + 1) : [],
    );
    return [...new Set([...records.profiles(name), ...standing])].sort();
  };

  function drop(name: string): void {
    for (const profile of profilesOf(name)) {
      standingOf(name, profile).waiting?.cancel();
      standings.delete(keyOf(name, profile));
      records.delete(name, profile);
    }
  }

  return {
    authFor(name, config, profile = DEFAULT_PROFILE) {
      const { env, secrets, transport } = config;
      const declared = [...Object.keys(env), ...secrets].some(
        (header) => header.toLowerCase() === 'authorization',
      );
      const server = transport.type === 'http' && !declared ? URL.parse(transport.url) : null;
      if (!server) return undefined;
      return createAuth({
        clock,
        server,
        fetch: fetchFor(server),
        name,
        record: () => records.get(name(), profile),
        save: (record) => {
          records.set(name(), profile, record);
          ports.changed(name());
        },
        wanted: (challenge, wish) => note(name(), profile, { challenge, wish }),
      });
    },
    start,
    async finish(name, profile, address) {
      const { waiting } = standingOf(name, profile);
      if (!waiting || (await waiting.finish(address)) === 'ignored') throw wrongAddress();
    },
    cancel: (name, profile) => standingOf(name, profile).waiting?.cancel(),
    signOut,
    has: (name, profile) => records.get(name, profile)?.tokens !== undefined,
    withLogin(view) {
      const profiles = profilesOf(view.name);
      if (profiles.length === 0) return view;
      const logins = profiles.map((profile) => viewOf(view.name, profile));
      const own = logins.find(({ profile }) => profile === DEFAULT_PROFILE);
      const lacks = own && (own.state === 'needed' || own.state === 'expired') && view.enabled;
      const { advice, code, message } = loginNeeded(view.name);
      return { ...view, logins, ...(lacks ? { problem: { code, message, advice } } : {}) };
    },
    secretsOf: (name) =>
      records.profiles(name).flatMap((profile) => {
        const record = records.get(name, profile);
        return [record?.tokens?.access, record?.tokens?.refresh, record?.client.secret].filter(
          (value) => value !== undefined,
        );
      }),
    rename(from, to) {
      for (const profile of records.profiles(from)) {
        const record = records.get(from, profile);
        if (record) records.set(to, profile, record);
      }
      drop(from);
    },
    forget: drop,
    sweep(servers) {
      for (const name of records.servers()) if (!servers.has(name)) drop(name);
    },
    async close() {
      for (const { waiting } of standings.values()) waiting?.cancel();
    },
  };
}

const noLogin = (name: string): AppError =>
  new AppError(
    'servers.no_login',
    `The server ${name} is a program of this machine: there is nothing to sign in at.`,
    {
      advice: 'Give it its keys as variables of its environment.',
    },
  );

const tooMany = (): AppError =>
  new AppError('servers.login_busy', 'Too many sign-ins are waiting already.', {
    advice: 'End or call off one of them first.',
    retryable: true,
  });

const wrongAddress = (): AppError =>
  new AppError('servers.login_wrong_address', 'This is not the address that belongs to this sign-in.', {
    advice: 'Copy the whole address from the browser after signing in; it begins with http://127.0.0.1.',
  });
