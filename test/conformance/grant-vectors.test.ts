/** Grants and chains of them, byte for byte: what another implementation has to sign, and what it has to refuse. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { linkOf, partiesOf } from '#shared/features/access/delegation.ts';
import { GRANT_TYPE, readGrant, sealGrant } from '#shared/features/access/grant.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import { open } from '#shared/kernel/envelope.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';

interface Vectors {
  now: number;
  /** Seeds of root and node keys, by party. */
  seeds: Record<'origin' | 'first' | 'second', { root: string; node: string }>;
  /** Provider ids. */
  parties: string[];
  /** The origin's grant, and the one that rests on it. */
  grants: [string, string];
}
const vectors = JSON.parse(
  readFileSync(new URL('./vectors/grants.json', import.meta.url), 'utf8'),
) as Vectors;

const { now } = vectors;
const verify = createVerify();
const DAY_MS = 24 * 3_600_000;

const party = (name: keyof Vectors['seeds']) => {
  const root = createSigner(fromHex(vectors.seeds[name].root));
  const node = createSigner(fromHex(vectors.seeds[name].node));
  const facts = { nodePublicKey: node.publicKey, label: name, seq: 1, issuedAt: now, rotations: [] };
  return { id: providerIdOf(root.publicKey), node, certificate: signCertificate(root, facts) };
};

function made(): [Uint8Array, Uint8Array] {
  const [origin, first, second] = [party('origin'), party('first'), party('second')];
  const whole = {
    cert: origin.certificate,
    to: first.id,
    server: 'notes',
    tools: ['search', 'read'],
    depth: 2,
    iat: now,
    exp: now + 30 * DAY_MS,
    nonce: new Uint8Array(16).fill(1),
  };
  const one = sealGrant(whole, origin.node).bytes;
  const other = {
    cert: first.certificate,
    to: second.id,
    server: 'team-notes',
    tools: ['search'],
    depth: 1,
    parent: sha256Bytes(one),
    link: true as const,
    iat: now,
    exp: now + 30 * DAY_MS,
    nonce: new Uint8Array(16).fill(2),
  };
  return [one, sealGrant(other, first.node).bytes];
}

const certified = (bytes: Uint8Array) => {
  const verified = verifyCertificate(bytes, { now, verify });
  if (!verified.ok) throw new Error(verified.reason);
  return verified.value;
};
const linkIn = (bytes: Uint8Array) => ({
  bytes,
  ...linkOf(readGrant(open(bytes, GRANT_TYPE, verify), certified)),
});

describe('a chain of grants', () => {
  test('has these bytes', () => {
    expect(made().map(toHex)).toEqual(vectors.grants);
    expect([party('origin').id, party('first').id, party('second').id]).toEqual(vectors.parties);
  });

  test('names its parties, to whoever reads it', () => {
    const links = vectors.grants.map((grant) => linkIn(fromHex(grant)));
    expect(partiesOf(links, now)).toEqual({ ok: true, value: vectors.parties });
    expect(partiesOf(links, now + 31 * DAY_MS)).toEqual({ ok: false, reason: 'access.chain_expired' });
  });

  test('says nothing without its beginning, in another order, or with a byte changed', () => {
    const [one, other] = vectors.grants.map(fromHex) as [Uint8Array, Uint8Array];
    expect(partiesOf([linkIn(other)], now).ok).toBe(false);
    expect(partiesOf([linkIn(other), linkIn(one)], now).ok).toBe(false);
    for (const at of [8, 40, one.length >> 1, one.length - 1]) {
      const changed = one.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => linkIn(changed)).toThrow();
    }
  });
});
