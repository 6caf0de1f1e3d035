/** OAuth 2.1 at the endpoint: the part of a resource server (MCP authorization). Off unless an issuer is named. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  challenge,
  METADATA_PATH,
  type OauthPolicy,
  protectedResource,
  type TokenFault,
} from '#shared/features/endpoint/oauth.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type ExtraHeaders, sendJson } from '../http/replies.ts';
import { createIssuer } from './issuer.ts';
import { createTokenVerifier, looksLikeJwt, type TokenVerifier } from './tokens.ts';

export interface OauthOptions extends OauthPolicy {
  /** `https://host[:port]/mcp` where a proxy makes the endpoint reachable; empty: local addresses alone. */
  publicUrl: string;
}

export interface Oauth extends TokenVerifier {
  readonly policy: OauthPolicy;
  /** Whether a bearer token may be one of the issuer's. */
  concerns(token: string): boolean;
  /** `WWW-Authenticate` for a request that shows no token, or one that opens nothing. */
  challenge(req: IncomingMessage, fault?: TokenFault): string;
  /** Whether the metadata of the endpoint is asked for, which needs no token. */
  isForMetadata(req: IncomingMessage): boolean;
  sendMetadata(req: IncomingMessage, res: ServerResponse, headers: ExtraHeaders): void;
}

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
const MCP_PATH = /^\/mcp(\/[a-z0-9][a-z0-9_-]{0,30})?$/;

/** @param port of the endpoint, once it listens */
export function createOauth(
  deps: { clock: Pick<Clock, 'after' | 'now' | 'monotonic'> },
  options: OauthOptions,
  port: () => number,
): Oauth {
  const publicUrl = URL.parse(options.publicUrl);
  const resources = (): string[] => [
    ...LOCAL_HOSTS.map((host) => `http://${host}:${port()}/mcp`),
    ...(publicUrl ? [publicUrl.href.replace(/\/$/, '')] : []),
  ];
  const issuer = createIssuer(deps, options.issuer);
  const verifier = createTokenVerifier({ clock: deps.clock, issuer }, options, resources);
  /** The guard has let the host in: it is a local name, or the public one. */
  const originOf = ({ headers: { host = '' } }: IncomingMessage): string =>
    publicUrl?.host === host.toLowerCase() ? publicUrl.origin : `http://${host}`;

  return {
    ...verifier,
    policy: options,
    concerns: looksLikeJwt,
    challenge: (req, fault) =>
      challenge(`${originOf(req)}${METADATA_PATH}${mcpPathIn(req.url) ?? '/mcp'}`, options, fault),
    isForMetadata: (req) => describedIn(req) !== undefined,
    sendMetadata(req, res, headers) {
      const resource = `${originOf(req)}${describedIn(req) ?? '/mcp'}`;
      sendJson(res, 200, JSON.stringify(protectedResource(resource, options)), headers);
    },
  };
}

/** The path of the resource whose metadata is asked for. */
function describedIn({ method, url }: IncomingMessage): string | undefined {
  const path = pathOf(url);
  if (method !== 'GET' || !path.startsWith(METADATA_PATH)) return undefined;
  return mcpPathIn(path.slice(METADATA_PATH.length) || '/mcp');
}

const pathOf = (url = ''): string => url.split('?', 1)[0] ?? '';

const mcpPathIn = (url: string | undefined): string | undefined => {
  const path = pathOf(url).replace(/\/$/, '');
  return MCP_PATH.test(path) ? path : undefined;
};
