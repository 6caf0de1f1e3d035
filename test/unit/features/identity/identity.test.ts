import { afterEach, describe, expect, test } from 'vitest';
import { createIdentityHandlers } from '#main/features/identity/index.ts';
import { CERTIFICATE_LIFETIME_MS, RENEW_BEFORE_MS } from '#shared/features/identity/rules.ts';
import { createIdentityBench, type IdentityBench } from '#test/support/identity.ts';

const benches: IdentityBench[] = [];
const bench = (seed = 'a') => {
  const made = createIdentityBench(seed);
  benches.push(made);
  return made;
};
afterEach(() => {
  for (const made of benches.splice(0)) made.close();
});
const coded = (code: string) => expect.objectContaining({ code });

describe('starting', () => {
  test('the first start makes an identity, later ones find it', () => {
    const node = bench();
    const first = node.open();
    const again = node.open();
    expect(again.self()).toEqual(first.self());
    expect(again.certificate()).toEqual(first.certificate());
    expect(first.self().providerId).toMatch(/^z6Mk/);
    expect(first.self().peerId).toMatch(/^12D3KooW/);
  });

  test('lost keys are a fault, never another identity', () => {
    const node = bench();
    node.open();
    node.keystore.update({ 'identity/root': undefined, 'identity/node': undefined });
    expect(() => node.open()).toThrow(coded('identity.keys_missing'));
    node.keystore.set('identity/node', node.random.bytes(32));
    expect(() => node.open()).toThrow(coded('identity.keys_missing'));
  });

  test('a new node key gets a new certificate of the same provider', () => {
    const node = bench();
    const before = node.open().self();
    node.keystore.delete('identity/node');
    const after = node.open().self();
    expect(after.providerId).toBe(before.providerId);
    expect(after.peerId).not.toBe(before.peerId);
  });

  test('the root may be kept elsewhere: everything but its own work goes on', () => {
    const node = bench();
    const before = node.open().self();
    node.keystore.delete('identity/root');
    const offline = node.open();
    expect(offline.self()).toEqual(before);
    node.clock.advance(CERTIFICATE_LIFETIME_MS);
    expect(offline.certificate()).toEqual(node.open().certificate());
    expect(() => offline.rotate()).toThrow(coded('identity.root_offline'));
    expect(() => offline.recoveryPhrase()).toThrow(coded('identity.root_offline'));
  });
});

describe('certificates', () => {
  test('are renewed in good time and grow in sequence', () => {
    const node = bench();
    const peer = bench('peer').open();
    const identity = node.open();
    const renewals: Uint8Array[] = [];
    identity.on('certificateRenewed', ({ certificate }) => renewals.push(certificate));
    const first = identity.certificate();
    node.clock.advance(CERTIFICATE_LIFETIME_MS - RENEW_BEFORE_MS);
    expect(identity.certificate()).toEqual(first);
    node.clock.advance(1);
    expect(identity.certificate()).not.toEqual(first);
    expect(renewals).toEqual([identity.certificate()]);
    // The peer's own clock has stood still: to it the new one is from the future.
    expect(peer.admit(identity.self().peerId, identity.certificate())).toMatchObject({
      code: 'identity.clock_skew',
    });
  });

  test('admit a peer whose key they name, and nobody else', () => {
    const a = bench('a').open();
    const b = bench('b').open();
    a.setDisplayName('Ada\u202e');
    expect(b.admit(a.self().peerId, a.certificate())).toMatchObject({
      ok: true,
      providerId: a.self().providerId,
      label: 'Ada',
    });
    expect(b.admit(b.self().peerId, a.certificate())).toMatchObject({ code: 'identity.wrong_node' });
    const forged = a.certificate().slice();
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    expect(b.admit(a.self().peerId, forged)).toMatchObject({ code: 'identity.bad_certificate' });
    expect(b.admit(a.self().peerId, new Uint8Array(9000))).toMatchObject({
      code: 'identity.bad_certificate',
    });
  });

  test('expire', () => {
    const a = bench('a').open();
    const b = bench('b');
    const identity = b.open();
    b.clock.advance(CERTIFICATE_LIFETIME_MS + 10 * 60_000);
    expect(identity.admit(a.self().peerId, a.certificate()).ok).toBe(true);
    b.clock.advance(1);
    expect(identity.admit(a.self().peerId, a.certificate())).toMatchObject({
      code: 'identity.expired_certificate',
    });
  });
});

describe('rotation', () => {
  test('gives a new provider id that peers take for the old one, and retires the old key', () => {
    const node = bench('a');
    const a = node.open();
    const b = bench('b').open();
    const before = a.self();
    const old = a.certificate();
    const seen: object[] = [];
    b.on('providerRotated', (event) => seen.push(event));
    a.confirmRecoveryPhrase(a.recoveryPhrase().map((word, index) => ({ position: index + 1, word })));
    a.rotate();
    const after = a.self();
    expect(after.peerId).toBe(before.peerId);
    expect(after.providerId).not.toBe(before.providerId);
    expect(a.view()).toMatchObject({ rotatedFrom: [before.providerId], recoveryPhraseConfirmed: false });

    expect(b.admit(before.peerId, old).ok).toBe(true);
    expect(b.admit(after.peerId, a.certificate())).toMatchObject({ ok: true, providerId: after.providerId });
    expect(seen).toEqual([{ from: before.providerId, to: after.providerId }]);
    expect(b.currentProvider(before.providerId)).toBe(after.providerId);
    expect(b.admit(before.peerId, old)).toMatchObject({ code: 'identity.superseded' });
    expect(node.open().self()).toEqual(after);
  });

  test('a chain of rotations is followed to its end, however it is learned', () => {
    const a = bench('a').open();
    const b = bench('b').open();
    const first = a.self().providerId;
    for (let turn = 0; turn < 10; turn++) a.rotate();
    for (const rotation of a.rotations()) b.learnRotation(rotation);
    expect(b.currentProvider(first)).toBe(a.self().providerId);
    expect(b.learnRotation(a.rotations()[3] as Uint8Array)).toBe('known');
    expect(b.learnRotation(a.certificate())).toBe('malformed');
    expect(b.admit(a.self().peerId, a.certificate()).ok).toBe(true);
  });

  test('the first rotation seen from a key stands; a thief comes too late', () => {
    const node = bench('a');
    const a = node.open();
    const stolen = node.keystore.get('identity/root') as Uint8Array;
    const thief = bench('thief');
    thief.open();
    thief.keystore.update({ 'identity/root': stolen });
    const copy = thief.open();
    const victim = a.self().providerId;
    expect(copy.self().providerId).toBe(victim);
    a.rotate();
    copy.rotate();
    const b = bench('b').open();
    expect(b.learnRotation(a.rotations()[0] as Uint8Array)).toBe('new');
    expect(b.learnRotation(copy.rotations()[0] as Uint8Array)).toBe('conflict');
    expect(b.currentProvider(victim)).toBe(a.self().providerId);
  });

  test('rotations of strangers are not kept', () => {
    const a = bench('a').open();
    const first = a.self().providerId;
    a.rotate();
    const b = bench('b').open((providerId) => providerId !== first);
    expect(b.admit(a.self().peerId, a.certificate()).ok).toBe(true);
    expect(b.currentProvider(first)).toBe(first);
  });

  test.each([
    ['before the database knew', false],
    ['after the database knew', true],
  ])('a kill %s leaves one whole identity', (_, written) => {
    const node = bench('a');
    const identity = node.open();
    const before = identity.self();
    const root = node.keystore.get('identity/root') as Uint8Array;
    if (written) {
      identity.rotate();
      const next = node.keystore.get('identity/root') as Uint8Array;
      node.keystore.update({ 'identity/root': root, 'identity/next-root': next });
    } else node.keystore.set('identity/next-root', node.random.bytes(32));
    const after = node.open();
    expect(after.self()).toEqual(written ? identity.self() : before);
    expect(node.keystore.get('identity/next-root')).toBeUndefined();
    expect(after.view().rotatedFrom).toEqual(written ? [before.providerId] : []);
  });
});

test('the handlers answer in the form of the contract, behind the passphrase where one is set', async () => {
  const node = bench();
  const handlers = createIdentityHandlers(node.open());
  const context = { signal: new AbortController().signal };
  const set = await handlers['identity.setPassphrase']({ next: 'secret' }, context);
  expect(set.passphraseProtected).toBe(true);
  expect(() => handlers['identity.revealRecoveryPhrase']({}, context)).toThrow(
    coded('keystore.passphrase_needed'),
  );
  expect(() => handlers['identity.rotate']({ passphrase: 'guess' }, context)).toThrow(
    coded('keystore.wrong_passphrase'),
  );
  const { words } = await handlers['identity.revealRecoveryPhrase']({ passphrase: 'secret' }, context);
  expect(words).toHaveLength(24);
  const answer = (position: number, word = words[position - 1] as string) => ({ position, word });
  const confirm = handlers['identity.confirmRecoveryPhrase'];
  expect(() => confirm({ answers: [answer(1), answer(1), answer(1)] }, context)).toThrow(
    coded('identity.too_few_words'),
  );
  expect(() => confirm({ answers: [answer(1), answer(5, 'zoo!'), answer(9)] }, context)).toThrow(
    expect.objectContaining({ code: 'identity.wrong_words', details: { positions: [5] } }),
  );
  expect(await confirm({ answers: [answer(1), answer(5), answer(24)] }, context)).toMatchObject({
    recoveryPhraseConfirmed: true,
  });
  expect(await handlers['identity.setProfile']({ displayName: ' Ada ' }, context)).toMatchObject({
    profile: { displayName: 'Ada' },
  });
});
