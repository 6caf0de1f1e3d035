/**
 * Who may speak to the endpoint: only programs that reach it under a local name (a web page that rebinds its own name
 * to this machine does not), only web pages of this machine, and only with a token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../ports.ts';
import { type ExtraHeaders, refuse } from './replies.ts';

export interface Client {
  clientId: string;
  name: string;
  profile: string;
}

export interface Guard {
  /** The client behind a request, and what its answers need; `undefined` when it was refused and answered. */
  admit(req: IncomingMessage, res: ServerResponse): { client: Client; headers: ExtraHeaders } | undefined;
}

export interface GuardOptions {
  /** Host names beyond this machine's own. */
  allowedHosts: readonly string[];
  /** Origins beyond this machine's own, as browsers send them. */
  allowedOrigins: readonly string[];
}

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];
/** Host and Origin values whose verdict is remembered. */
const MAX_REMEMBERED = 256;

export function createGuard(authenticator: Authenticator, options: GuardOptions): Guard {
  const hosts = new Set([...LOCAL, ...options.allowedHosts.map((host) => host.toLowerCase())]);
  const origins = new Set(options.allowedOrigins);
  const hostAllowed = remember((host) => hosts.has(hostNameOf(`http://${host}`)));
  const originAllowed = remember((origin) => origins.has(origin) || hosts.has(hostNameOf(origin)));

  return {
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
      const client =
        authorization?.slice(0, 7).toLowerCase() === 'bearer '
          ? authenticator.authenticate(authorization.slice(7).trim())
          : undefined;
      if (client) return { client, headers };
      const challenge =
        authorization === undefined
          ? 'Bearer realm="toolswarm"'
          : 'Bearer realm="toolswarm", error="invalid_token"';
      refuse(res, 401, 'A valid token is needed: `toolswarm clients connection` prints it.', [
        'WWW-Authenticate',
        challenge,
        ...headers,
      ]);
      return undefined;
    },
  };
}

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
