/**
 * The endpoint as an OAuth 2.1 resource server: what it tells of itself (RFC 9728), and what a verified access token
 * (RFC 9068) opens. Pure.
 */
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Where the metadata of a protected resource is found: this, followed by the path of the resource. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Over TLS, or on this machine: nobody between can read or change what is said. */
export function isSafeAddress(address: string): boolean {
  const url = URL.parse(address);
  if (url?.protocol === 'https:') return true;
  return url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

export interface OauthPolicy {
  /** The authorization server whose tokens are taken. */
  issuer: string;
  /** Scopes that a token must have, all of them. */
  scopes: readonly string[];
  /** Name of the claim that names a profile; empty: none does. */
  profileClaim: string;
  /** The profile of tokens that name none. */
  profile: string;
}

/** RFC 9728, section 3.2. `resource` is the address that the client uses. */
export const protectedResource = (resource: string, { issuer, scopes }: OauthPolicy) => ({
  resource,
  resource_name: 'Toolswarm',
  authorization_servers: [issuer],
  bearer_methods_supported: ['header'],
  ...(scopes.length > 0 ? { scopes_supported: [...scopes] } : {}),
});

/** `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1). Values are ours or checked: none holds a quote. */
export function challenge(
  metadataUrl: string,
  { scopes }: Pick<OauthPolicy, 'scopes'>,
  error?: TokenFault,
): string {
  const parts = [
    'realm="toolswarm"',
    ...(error ? [`error="${error === 'insufficient_scope' ? error : 'invalid_token'}"`] : []),
    ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : []),
    `resource_metadata="${metadataUrl}"`,
  ];
  return `Bearer ${parts.join(', ')}`;
}

/** What a token opens. */
export interface TokenBearer {
  /** Stable for one subject and client of one issuer. */
  subject: string;
  /** What the client program calls itself at the issuer. */
  clientName: string;
  profile: string;
  /** Epoch ms. */
  expiresAt: number;
}

/**
 * Why a token opens nothing: not signed, not current or not of this issuer; meant for another resource; bound to a key
 * that is not asked for here; without a scope that is needed; for a profile that its resource or claim does not allow.
 */
export type TokenFault = 'invalid' | 'wrong_audience' | 'bound' | 'insufficient_scope' | 'wrong_profile';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * Judges claims whose signature, issuer and times were verified.
 *
 * @param resources addresses of this endpoint, without profile and trailing slash
 */
export function judgeClaims(
  claims: Claims,
  policy: OauthPolicy,
  resources: readonly string[],
): Result<TokenBearer, TokenFault> {
  const { cnf, exp, sub } = claims;
  if (typeof sub !== 'string' || sub === '' || typeof exp !== 'number') return fail('invalid');
  // Whoever stole a bound token could use it where the binding is not checked.
  if (cnf !== undefined) return fail('bound');
  const audience = audienceOf(claims['aud'], resources);
  if (!audience) return fail('wrong_audience');
  const scopes = scopesOf(claims);
  if (!policy.scopes.every((scope) => scopes.includes(scope))) return fail('insufficient_scope');
  const profile = profileFor(claims, policy, audience.profile);
  if (profile === undefined) return fail('wrong_profile');
  const client = [claims['client_id'], claims['azp']].find((one) => typeof one === 'string' && one !== '');
  const clientName = typeof client === 'string' ? client.slice(0, 64) : 'OAuth';
  return ok({ subject: sub, clientName, profile, expiresAt: exp * 1_000 });
}

/** The endpoint itself, or the view of one profile; undefined where the token is meant for others. */
function audienceOf(aud: unknown, resources: readonly string[]): { profile: string | undefined } | undefined {
  for (const one of Array.isArray(aud) ? aud : [aud]) {
    if (typeof one !== 'string') continue;
    const named = one.replace(/\/$/, '');
    if (resources.includes(named)) return { profile: undefined };
    const at = named.lastIndexOf('/');
    if (resources.includes(named.slice(0, at))) return { profile: named.slice(at + 1) };
  }
  return undefined;
}

/** RFC 9068 has a text with spaces; some issuers send a list, or `scp`. */
function scopesOf({ scope, scp }: Claims): readonly string[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ');
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}

/** The narrower of what the issuer says and what the client asked for; a narrow view is no key to a wider one. */
function profileFor(claims: Claims, policy: OauthPolicy, asked: string | undefined): string | undefined {
  const claimed = policy.profileClaim === '' ? undefined : claims[policy.profileClaim];
  const allowed = typeof claimed === 'string' && claimed !== '' ? claimed : policy.profile;
  if (asked === undefined || asked === allowed) return allowed;
  return allowed === 'default' ? asked : undefined;
}
