/**
 * Who may speak to the endpoint: only programs that reach it under a local name (a web page that rebinds its own name
 * to this machine does not), only web pages of this machine, and only with a token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import type { TokenFault } from '#shared/features/endpoint/oauth.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { appFault } from '../faults.ts';
import type { Oauth } from '../oauth/index.ts';
import type { Verdict } from '../oauth/tokens.ts';
import type { Authenticator } from '../ports.ts';
import { type ExtraHeaders, refuse, sendError } from './replies.ts';

export interface Client {
  clientId: string;
  name: string;
  profile: string;
  /** Epoch ms at which its token ends; absent: it does not. */
  expiresAt?: number;
  /** What its token lets it do; absent: everything. */
  scope?: TokenScope;
}

export interface Admitted {
  client: Client;
  headers: ExtraHeaders;
}

export interface Guard {
  /** Whether something is asked for that is told without a token, to whoever may speak to this node at all. */
  isOpen(req: IncomingMessage): boolean;
  /**
   * The client behind a request, and what its answers need; `undefined` when it was refused and answered. At once, unless
   * the token is an issuer's and not known yet. Never rejects.
   */
  admit(req: IncomingMessage, res: ServerResponse): Admitted | undefined | Promise<Admitted | undefined>;
}

export interface GuardOptions {
  /** Host names beyond this machine's own. */
  allowedHosts: readonly string[];
  /** Origins beyond this machine's own, as browsers send them. */
  allowedOrigins: readonly string[];
  /** Takes tokens of an authorization server beside those of this node. */
  oauth?: Oauth | undefined;
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];
/** Host and Origin values whose verdict is remembered. */
const MAX_REMEMBERED = 256;

export function createGuard(authenticator: Authenticator, options: GuardOptions): Guard {
  const hosts = new Set([...LOCAL, ...options.allowedHosts.map((host) => host.toLowerCase())]);
  const origins = new Set(options.allowedOrigins);
  const hostAllowed = remember((host) => hosts.has(hostNameOf(`http://${host}`)));
  const originAllowed = remember((origin) => origins.has(origin) || hosts.has(hostNameOf(origin)));

  function challenged(
    req: IncomingMessage,
    res: ServerResponse,
    headers: ExtraHeaders,
    fault: TokenFault | undefined,
  ): undefined {
    const local = `Bearer realm="toolswarm"${fault ? ', error="invalid_token"' : ''}`;
    const value = options.oauth?.challenge(req, fault) ?? local;
    const status = fault === 'insufficient_scope' ? 403 : 401;
    refuse(res, status, fault ? WORDS[fault] : WORDS.none, ['WWW-Authenticate', value, ...headers]);
  }

  type Visit = { req: IncomingMessage; res: ServerResponse; headers: ExtraHeaders };

  function byIssuer(oauth: Oauth, token: string, visit: Visit) {
    const known = oauth.known(token);
    if (known) return judged(known, visit);
    return oauth.verify(token).then(
      (verdict) => judged(verdict, visit),
      (error: unknown) => unverified(error, visit),
    );
  }

  function judged(verdict: Verdict, { headers, req, res }: Visit): Admitted | undefined {
    if (!verdict.ok) return challenged(req, res, headers, verdict.reason);
    const { clientId, clientName: name, expiresAt, profile } = verdict.value;
    return { client: { clientId, name, profile, expiresAt }, headers };
  }

  function unverified(error: unknown, { headers, res }: Visit): undefined {
    if (!(error instanceof AppError)) throw error;
    sendError(res, 503, appFault(error), null, ['Retry-After', '5', ...headers]);
  }

  return {
    isOpen: (req) => options.oauth?.isForMetadata(req) ?? false,
    admit(req, res) {
      const { host, origin, authorization } = req.headers;
      if (host === undefined || !hostAllowed(host)) {
        refuse(res, 403, 'This host name is not served here. Use 127.0.0.1 or localhost.');
        return undefined;
      }
      if (origin !== undefined && !originAllowed(origin)) {
        refuse(res, 403, 'Web pages of this origin are not served here.');
        return undefined;
      }
      const headers = origin === undefined ? [] : crossOrigin(origin);
      if (req.method === 'OPTIONS') {
        res.writeHead(204, [...headers, ...PREFLIGHT]);
        res.end();
        return undefined;
      }
      if (options.oauth?.isForMetadata(req)) {
        options.oauth.sendMetadata(req, res, headers);
        return undefined;
      }
      const token =
        authorization?.slice(0, 7).toLowerCase() === 'bearer ' ? authorization.slice(7).trim() : undefined;
      const client = token === undefined ? undefined : authenticator.authenticate(token);
      if (client) return { client, headers };
      if (token === undefined || !options.oauth?.concerns(token))
        return challenged(req, res, headers, authorization === undefined ? undefined : 'invalid');
      return byIssuer(options.oauth, token, { req, res, headers });
    },
  };
}

/** What a refused client is told; who was refused and why is for its person to read. */
const WORDS: Record<TokenFault | 'none', string> = {
  none: 'A valid token is needed: `toolswarm clients connection` prints it.',
  invalid:
    'A valid token is needed: this one is unknown, has ended, or was not issued by whom this node trusts.',
  wrong_audience: 'This token was issued for another resource than this endpoint.',
  bound: 'This token is bound to a key, which is not checked here.',
  insufficient_scope: 'This token lacks a scope that is needed here.',
  wrong_profile: 'This token does not open this profile.',
};

const PREFLIGHT = [
  'Access-Control-Allow-Methods',
  'GET, POST, DELETE',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name',
  'Access-Control-Max-Age',
  '600',
];

const crossOrigin = (origin: string): ExtraHeaders => [
  'Access-Control-Allow-Origin',
  origin,
  'Access-Control-Expose-Headers',
  'Mcp-Session-Id, WWW-Authenticate',
  'Vary',
  'Origin',
];

/** Empty for what is no URL. */
function hostNameOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}

function remember(decide: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const verdict = known.get(text) ?? decide(text);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(text, verdict);
    return verdict;
  };
}
