/** An authorization server that signs whatever a test wants: its metadata and keys on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface TestIssuer {
  url: string;
  /** Requests for keys so far. */
  asked(): number;
  /** It answers nothing but errors while true. */
  down: boolean;
  /** A token as an issuer makes it, with these claims beside or instead. */
  token(claims?: JWTPayload, header?: { typ?: string; kid?: string }): Promise<string>;
  /** Signs with a new key from now on; the old one is told no longer. */
  rotate(): Promise<void>;
  /** The newest public key, as bytes of its JWK. */
  publicKeyText(): string;
  close(): Promise<void>;
}

export async function startIssuer(audience: () => string): Promise<TestIssuer> {
  let serial = 0;
  let asked = 0;
  let key: { kid: string; privateKey: CryptoKey; jwk: object };
  async function rotate() {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const kid = `key-${++serial}`;
    key = { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  }
  await rotate();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/keys') asked++;
    if (issuer.down) return void response.writeHead(500).end();
    const document =
      path === '/keys'
        ? { keys: [key.jwk] }
        : path === '/.well-known/oauth-authorization-server'
          ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
          : undefined;
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    down: false,
    token: (claims = {}, header = {}) =>
      new SignJWT({ client_id: 'an-agent', scope: 'mcp other', ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
        .setIssuer((claims.iss as string | undefined) ?? issuer.url)
        .setSubject(claims.sub ?? 'sam')
        .setAudience(claims.aud ?? audience())
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '10m')
        .sign(key.privateKey),
    rotate,
    publicKeyText: () => JSON.stringify(key.jwk),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
