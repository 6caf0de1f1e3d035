/** Where an authorization server describes itself (RFC 8414, OpenID Connect Discovery), in the order that the MCP specification gives. */
export function issuerMetadataAddresses(issuer: URL): string[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const known = `${issuer.origin}/.well-known`;
  const inserted = [`${known}/oauth-authorization-server${path}`, `${known}/openid-configuration${path}`];
  return path === ''
    ? inserted
    : [...inserted, `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`];
}
