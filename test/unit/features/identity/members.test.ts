/** Several nodes of one provider: who is in, who is out, and what a kill in between leaves. */
import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { readNodeList, signNodeList } from '#shared/features/identity/node-list.ts';
import { createIdentityBench, type IdentityBench } from '#test/support/identity.ts';

const benches: IdentityBench[] = [];
afterEach(() => benches.splice(0).forEach((bench) => bench.close()));
function bench(seed: string): IdentityBench {
  const made = createIdentityBench(seed);
  benches.push(made);
  return made;
}

/** A root and a node that joined it, each in its own data folder. */
function pair() {
  const [a, b] = [bench('root'), bench('member')];
  const [root, member] = [a.open(), b.open()];
  const former = member.self().providerId;
  root.setDisplayName('Workshop');
  const welcome = root.addNode({ nodePublicKey: member.self().nodePublicKey, label: 'attic' });
  member.adopt({ ...welcome, displayName: 'Workshop' });
  return { a, b, root, member: b.open(), former };
}

const admit = (at: ReturnType<IdentityBench['open']>, of: ReturnType<IdentityBench['open']>) =>
  at.admit(of.self().peerId, of.certificate());

describe('a node that joined', () => {
  it('serves the provider of the other, whose name it goes by, and keeps its node key', () => {
    const { root, member, former } = pair();
    expect(member.self().providerId).toBe(root.self().providerId);
    expect(member.view()).toMatchObject({
      rootHere: false,
      formerProvider: former,
      profile: { displayName: 'Workshop' },
    });
    expect(admit(root, member)).toMatchObject({ ok: true, providerId: root.self().providerId });
    expect(admit(member, root)).toMatchObject({ ok: true, providerId: root.self().providerId });
    expect(root.nodes(root.self().providerId)?.nodes.map(({ label }) => label)).toEqual([
      'Workshop',
      'attic',
    ]);
    expect(() => member.recoveryPhrase()).toThrow(/not kept/);
    expect(() => member.rotate()).toThrow(/not kept/);
  });

  it('is the provider it was once it leaves, under the same key', () => {
    const { b, member, former } = pair();
    member.leave();
    const again = b.open();
    expect(again.self().providerId).toBe(former);
    expect(again.view()).toMatchObject({ rootHere: true, formerProvider: null });
    expect(() => again.leave()).toThrow(/nothing to leave/);
  });

  it('that was taken out is admitted nowhere where the list is known, and everywhere else until then', () => {
    const { root, member } = pair();
    const stranger = bench('stranger').open();
    expect(admit(stranger, member)).toMatchObject({ ok: true });
    root.removeNode(member.self().peerId);
    const list = root.nodes(root.self().providerId)?.bytes as Uint8Array;
    expect(admit(root, member)).toMatchObject({ ok: false, code: 'identity.node_removed' });
    expect(admit(stranger, member)).toMatchObject({ ok: true });
    expect(stranger.learnNodes(list)).toBe('new');
    expect(stranger.learnNodes(list)).toBe('known');
    expect(admit(stranger, member)).toMatchObject({ ok: false, code: 'identity.node_removed' });
    expect(admit(stranger, root)).toMatchObject({ ok: true });
  });

  it('may come back: what the root signs later than a list outweighs it', () => {
    const { root, member, b } = pair();
    const { peerId, nodePublicKey } = member.self();
    root.removeNode(peerId);
    const stranger = bench('stranger').open();
    stranger.learnNodes(root.nodes(root.self().providerId)?.bytes as Uint8Array);
    member.leave();
    const again = b.open();
    again.adopt({ ...root.addNode({ nodePublicKey, label: 'attic' }), displayName: '' });
    expect(admit(stranger, b.open())).toMatchObject({ ok: true });
    expect(admit(root, b.open())).toMatchObject({ ok: true });
  });

  it('goes with the provider whose root is replaced, before and after its certificate is renewed', () => {
    const { a, b, root, member } = pair();
    const before = root.self().providerId;
    root.rotate();
    const now = root.self().providerId;
    expect(admit(root, member)).toMatchObject({ ok: true, providerId: now });
    expect(admit(member, root)).toMatchObject({ ok: true, providerId: now });
    expect(member.currentProvider(before)).toBe(now);
    const welcome = { certificate: root.renewNode(member.self().peerId), displayName: 'Workshop' };
    member.adopt({ ...welcome, list: root.nodes(now)?.bytes as Uint8Array });
    expect(b.open().self().providerId).toBe(now);
    // A kill right after the rotation: the next start signs the list of the new root.
    a.db.prepare('DELETE FROM identity_node_lists WHERE provider = ?').run(now);
    expect(a.open().nodes(now)?.nodes).toHaveLength(2);
  });

  it('belongs where its certificate says, wherever a kill came', () => {
    const { b, member, former } = pair();
    const provider = member.self().providerId;
    // Joining: the root was laid aside, and the certificate was not written yet.
    const laidAside = b.keystore.get('identity/former-root');
    const joined = b.db.prepare('SELECT certificate FROM identity_node').get() as { certificate: Uint8Array };
    member.leave();
    const own = b.db.prepare('SELECT certificate FROM identity_node').get() as { certificate: Uint8Array };
    b.keystore.update({ 'identity/former-root': laidAside, 'identity/root': undefined });
    expect(b.open().self().providerId).toBe(former);
    expect(b.keystore.get('identity/root')).toEqual(laidAside);
    // Leaving: the certificate of the own root was not written yet.
    b.keystore.update({ 'identity/former-root': laidAside, 'identity/root': undefined });
    b.db.prepare('UPDATE identity_node SET certificate = ?').run(joined.certificate);
    expect(b.open().self().providerId).toBe(provider);
    b.db.prepare('UPDATE identity_node SET certificate = ?').run(own.certificate);
    expect(b.open().self().providerId).toBe(former);
  });

  it('takes no welcome that is of another node, another provider, or altered', () => {
    const [root, other, member] = [bench('r').open(), bench('o').open(), bench('m').open()];
    const { nodePublicKey } = member.self();
    const good = root.addNode({ nodePublicKey, label: 'm' });
    const foreign = other.addNode({ nodePublicKey, label: 'm' });
    const elsewhere = root.addNode({ nodePublicKey: other.self().nodePublicKey, label: 'o' });
    const broken = Uint8Array.from(good.certificate, (byte, at) => (at === 60 ? byte ^ 1 : byte));
    for (const bad of [
      { ...good, certificate: elsewhere.certificate },
      { ...good, list: foreign.list },
      { ...good, certificate: foreign.certificate },
      { ...good, certificate: broken },
      { ...good, list: good.list.slice(1) },
    ])
      expect(() => member.adopt({ ...bad, displayName: '' })).toThrow(/does not hold/);
    expect(member.view()).toMatchObject({ rootHere: true, formerProvider: null });
  });
});

describe('lists of nodes', () => {
  const root = createSigner(new Uint8Array(32).fill(3));
  const key = (n: number) => createSigner(new Uint8Array(32).fill(n)).publicKey;
  const listOf = (seq: number, ...nodes: number[]) =>
    signNodeList(root, {
      seq,
      issuedAt: seq,
      nodes: nodes.map((n) => ({ nodePublicKey: key(n), label: `${n}`, addedAt: 1 })),
    });

  it('converge on the newest, in whatever order they come', () => {
    const lists = [1, 2, 3, 4, 5].map((seq) => listOf(seq, 10, 10 + seq));
    fc.assert(
      fc.property(fc.shuffledSubarray(lists, { minLength: 1 }), (some) => {
        const at = bench('any').open();
        for (const bytes of some) at.learnNodes(bytes);
        const newest = Math.max(...some.map((bytes) => lists.indexOf(bytes) + 1));
        const { ok, ...read } = readNodeList(lists[0] as Uint8Array, { now: 1e9, verify: createVerify() });
        expect(ok).toBe(true);
        const provider = 'value' in read ? read.value.providerId : '';
        expect(at.nodes(provider)?.seq).toBe(newest);
        benches.splice(0).forEach((one) => one.close());
      }),
      { numRuns: 20 },
    );
  });

  it('of one number and other bytes do not replace the first; forged, future and doubled ones are refused', () => {
    const at = bench('any').open();
    expect(at.learnNodes(listOf(5, 10))).toBe('new');
    expect(at.learnNodes(listOf(5, 11))).toBe('disputed');
    expect(at.learnNodes(listOf(4, 11))).toBe('older');
    expect(at.learnNodes(listOf(6, 11, 11))).toBe('malformed');
    expect(at.learnNodes(new Uint8Array(30_000))).toBe('malformed');
    const sound = listOf(7, 12);
    const forged = sound.with(-1, (sound.at(-1) ?? 0) ^ 1);
    expect(at.learnNodes(forged)).toBe('bad_signature');
    const future = signNodeList(root, { seq: 9, issuedAt: 9e15, nodes: [] });
    expect(at.learnNodes(future)).toBe('not_yet_valid');
  });
});
