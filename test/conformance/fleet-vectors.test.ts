/** Lists of nodes, codes and items of a shared policy, byte for byte: what another implementation has to sign and to prove. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import {
  digitsOf,
  guestProof,
  hostProof,
  readJoinCode,
  rendezvousOf,
} from '#shared/features/fleet/join-code.ts';
import { itemId, readItem, signItem } from '#shared/features/fleet/policy-items.ts';
import { readNodeList, signNodeList } from '#shared/features/identity/node-list.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';

interface Vectors {
  now: number;
  seeds: { root: string; host: string; guest: string };
  code: { text: string; rendezvous: string; guest: string; host: string; digits: string };
  list: string;
  item: { id: string; bytes: string };
}
const vectors = JSON.parse(readFileSync(new URL('./vectors/fleet.json', import.meta.url), 'utf8')) as Vectors;

const { now } = vectors;
const verify = createVerify();
const [root, host, guest] = (['root', 'host', 'guest'] as const).map((name) =>
  createSigner(fromHex(vectors.seeds[name])),
) as [ReturnType<typeof createSigner>, ReturnType<typeof createSigner>, ReturnType<typeof createSigner>];
const provider = providerIdOf(root.publicKey);

function made(): Omit<Vectors, 'now' | 'seeds'> {
  const { text } = vectors.code;
  const [guestId, hostId] = [peerIdOf(guest.publicKey), peerIdOf(host.publicKey)];
  const nodes = [
    { nodePublicKey: host.publicKey, label: 'Workshop', addedAt: now },
    { nodePublicKey: guest.publicKey, label: 'Dachboden – غرفة', addedAt: now + 1 },
  ];
  const certificate = signCertificate(root, {
    nodePublicKey: guest.publicKey,
    label: 'Workshop',
    seq: 2,
    issuedAt: now,
    rotations: [],
  });
  const statement = { kind: 'block' as const, key: provider, value: 'true' };
  const item = signItem(statement, { at: now, count: 3 }, { signer: guest, certificate });
  return {
    code: {
      text,
      rendezvous: toHex(rendezvousOf(text)),
      guest: toHex(guestProof(text, guestId, hostId)),
      host: toHex(hostProof(text, guestId, hostId)),
      digits: digitsOf(text, guestId, hostId),
    },
    list: toHex(signNodeList(root, { seq: 7, issuedAt: now, nodes })),
    item: { id: toHex(itemId(statement)), bytes: toHex(item.bytes) },
  };
}

describe('what nodes of one provider sign', () => {
  test('is made byte for byte', () => {
    const { now: _now, seeds: _seeds, ...wanted } = vectors;
    expect(made()).toEqual(wanted);
  });

  test('is read as it was meant', () => {
    expect(readJoinCode(vectors.code.text.toLowerCase()).text).toBe(vectors.code.text);
    const list = readNodeList(fromHex(vectors.list), { now, verify });
    expect(list).toMatchObject({ ok: true, value: { providerId: provider, seq: 7 } });
    const certified = (bytes: Uint8Array) => {
      const certificate = verifyCertificate(bytes, { now, verify });
      if (!certificate.ok) throw new Error(certificate.reason);
      return certificate.value;
    };
    expect(readItem(fromHex(vectors.item.bytes), { now, verify, provider, certified })).toMatchObject({
      kind: 'block',
      key: provider,
      value: 'true',
      at: now,
      count: 3,
      node: peerIdOf(guest.publicKey),
    });
  });

  test('is refused where one bit is wrong', () => {
    const bytes = fromHex(vectors.list);
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = bytes.with(at, (bytes[at] ?? 0) ^ 1);
      const read = readNodeList(altered, { now, verify });
      expect(read.ok && read.value.providerId === provider).toBe(false);
    }
  });
});
