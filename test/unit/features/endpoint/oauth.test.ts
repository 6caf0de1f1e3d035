import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  challenge,
  isSafeAddress,
  judgeClaims,
  type OauthPolicy,
  protectedResource,
} from '#shared/features/endpoint/oauth.ts';

const HERE = 'http://127.0.0.1:7420/mcp';
const policy: OauthPolicy = {
  issuer: 'https://auth.example',
  scopes: ['mcp'],
  profileClaim: 'profile',
  profile: 'default',
};
const claims = { sub: 'sam', exp: 10, aud: HERE, scope: 'mcp', client_id: 'agent' };
const judge = (change: object, rules: Partial<OauthPolicy> = {}) =>
  judgeClaims({ ...claims, ...change }, { ...policy, ...rules }, [HERE, 'https://public.example/mcp']);

describe('a verified access token', () => {
  it('opens the profile of its resource, else of its claim, else of the policy', () => {
    expect(judge({})).toEqual({
      ok: true,
      value: { subject: 'sam', clientName: 'agent', profile: 'default', expiresAt: 10_000 },
    });
    expect(judge({ profile: 'work' })).toMatchObject({ value: { profile: 'work' } });
    expect(judge({ aud: `${HERE}/work` })).toMatchObject({ value: { profile: 'work' } });
    expect(judge({ aud: `${HERE}/` }, { profile: 'work' })).toMatchObject({ value: { profile: 'work' } });
    expect(judge({ aud: ['https://a.example', 'https://public.example/mcp'] }).ok).toBe(true);
  });

  it('says which rule refuses it', () => {
    expect(judge({ aud: 'https://public.example/mcp-other' })).toMatchObject({ reason: 'wrong_audience' });
    expect(judge({ aud: `${HERE}/a/b` })).toMatchObject({ reason: 'wrong_audience' });
    expect(judge({ aud: undefined })).toMatchObject({ reason: 'wrong_audience' });
    expect(judge({ scope: 'mcp2 xmcp' })).toMatchObject({ reason: 'insufficient_scope' });
    expect(judge({ cnf: { jkt: 'k' } })).toMatchObject({ reason: 'bound' });
    expect(judge({ sub: '' })).toMatchObject({ reason: 'invalid' });
    expect(judge({ aud: `${HERE}/other`, profile: 'work' })).toMatchObject({ reason: 'wrong_profile' });
  });

  it('takes scopes as issuers write them', () => {
    expect(judge({ scope: undefined, scp: ['a', 'mcp'] }).ok).toBe(true);
    expect(judge({ scope: undefined, scp: 'a mcp' }).ok).toBe(true);
  });

  it('never opens a wider profile than the issuer allows, whatever its resource says', () => {
    const profile = fc.constantFrom('default', 'work', 'home');
    fc.assert(
      fc.property(fc.option(profile), fc.option(profile), profile, (asked, claimed, rule) => {
        const judged = judge(
          { aud: asked === null ? HERE : `${HERE}/${asked}`, profile: claimed ?? undefined },
          { profile: rule },
        );
        const allowed = claimed ?? rule;
        if (judged.ok && allowed !== 'default') expect(judged.value.profile).toBe(allowed);
      }),
    );
  });
});

describe('what the endpoint tells of itself', () => {
  it('names the issuer and the scopes, and where to read more', () => {
    expect(protectedResource(HERE, policy)).toMatchObject({ resource: HERE, scopes_supported: ['mcp'] });
    expect(protectedResource(HERE, { ...policy, scopes: [] })).not.toHaveProperty('scopes_supported');
    expect(challenge('http://x/meta', policy, 'insufficient_scope')).toBe(
      'Bearer realm="toolswarm", error="insufficient_scope", scope="mcp", resource_metadata="http://x/meta"',
    );
  });

  it('takes issuers over TLS, or on this machine', () => {
    expect(isSafeAddress('https://auth.example')).toBe(true);
    expect(isSafeAddress('http://127.0.0.1:9000')).toBe(true);
    expect(isSafeAddress('http://auth.example')).toBe(false);
    expect(isSafeAddress('file:///etc/passwd')).toBe(false);
  });
});
