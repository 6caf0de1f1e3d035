/** Keys and sessions over a network that is a function: in virtual time, both ends real. */
import { describe, expect, it } from 'vitest';
import { createKeeper } from '#main/features/relay/seal/keeper.ts';
import { createConsumerSessions, type SealedWay } from '#main/features/relay/seal/sessions.ts';
import type { Network, PeerInfo } from '#main/features/p2p/index.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { decodeSealMessage, encodeSealMessage, sealRequestSchema } from '#shared/features/relay/sealing.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';
import { systemRandom } from '#main/platform/random.ts';

const HOUR_MS = 3_600_000;
const verify = createVerify();

function nodeOf(clock: { now(): number }) {
  const root = createSigner(systemRandom.bytes(32));
  const signer = createSigner(systemRandom.bytes(32));
  const certificate = signCertificate(root, {
    nodePublicKey: signer.publicKey,
    label: 'test',
    seq: 1,
    issuedAt: clock.now(),
    rotations: [],
  });
  return {
    providerId: providerIdOf(root.publicKey),
    self: { peerId: peerIdOf(signer.publicKey), signer, certificate: () => certificate },
  };
}

function scene() {
  const clock = createVirtualClock();
  const provider = nodeOf(clock);
  const consumer = nodeOf(clock);
  const asked: Array<{ t: string }> = [];
  const state = { policy: 'offered' as SealPolicy, refuses: false, on: (bytes: Uint8Array) => bytes };
  const keeper = createKeeper({
    ...provider,
    verify,
    clock,
    random: systemRandom,
    refuse: () => {
      if (state.refuses) throw relayError('access.not_shared');
    },
    policy: () => state.policy,
  });
  const peer = { peerId: consumer.self.peerId, providerId: consumer.providerId } as PeerInfo;
  const call = ((_peer: string, _protocol: string, message: Uint8Array) => {
    asked.push(decodeSealMessage(sealRequestSchema, message));
    const send = () => Promise.resolve();
    return { response: keeper.answer(message, peer).then((answer) => state.on(answer)), send };
  }) as unknown as Network['call'];
  const sessions = createConsumerSessions({
    ...consumer,
    network: { call },
    verify,
    clock,
    random: systemRandom,
    certified(certificate) {
      const verified = verifyCertificate(certificate, { now: clock.now(), verify });
      if (!verified.ok) throw new AppError('identity.bad_certificate', verified.reason);
      return verified.value;
    },
  });
  const way: SealedWay = {
    carrier: provider.self.peerId,
    provider: provider.providerId,
    server: 'files',
    tool: 'read',
  };
  return { asked, clock, keeper, peer, provider, sessions, state, way };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('a session', () => {
  it('is opened once for all who ask at the same time, and both ends have its keys', async () => {
    const { asked, keeper, sessions, way } = scene();
    const [one, two] = await Promise.all([sessions.to(way), sessions.to(way)]);
    expect(one).toBe(two);
    expect(await sessions.to(way)).toBe(one);
    expect(asked.map(({ t }) => t)).toEqual(['key', 'open']);
    expect(keeper.session(one.keys.id).keys).toEqual(one.keys);
  });

  it('ends after an hour at the provider; the consumer opens another before that', async () => {
    const { clock, keeper, sessions, way } = scene();
    const first = await sessions.to(way);
    await clock.advance(HOUR_MS - 60_000);
    const second = await sessions.to(way);
    expect(second.keys.id).not.toBe(first.keys.id);
    await clock.advance(60_000);
    expect(() => keeper.session(first.keys.id)).toThrow(relayError('relay.seal_unknown').message);
    expect(keeper.session(second.keys.id).keys).toEqual(second.keys);
  });

  it('that is opened again with the same words has other keys: what was recorded opens nothing', async () => {
    const { asked, keeper, peer, sessions, way } = scene();
    const { keys } = await sessions.to(way);
    const opening = asked.find(({ t }) => t === 'open');
    const again = await keeper.answer(encodeSealMessage(opening as never), peer);
    expect(again.length).toBeGreaterThan(32);
    expect(keeper.session(keys.id).keys).toEqual(keys);
  });

  it('is refused to whom the tool is refused, and where sealing is off', async () => {
    const { sessions, state, way } = scene();
    state.refuses = true;
    expect(await codeOf(sessions.to(way))).toBe('access.not_shared');
    Object.assign(state, { refuses: false, policy: 'off' });
    expect(await codeOf(sessions.to(way))).toBe('relay.seal_refused');
    state.policy = 'required';
    expect(await codeOf(sessions.to(way))).toBe('ok');
  });

  it('is refused with the key of another provider, and with a key that was changed on its way', async () => {
    const { sessions, state, way } = scene();
    expect(await codeOf(sessions.to({ ...way, provider: 'z6MkAnother' }))).toBe('relay.seal_broken');
    state.on = (answer) => answer.map((byte, place) => (place === answer.length - 5 ? byte ^ 1 : byte));
    expect(await codeOf(sessions.to(way))).toBe('relay.seal_broken');
  });

  it('costs work at the provider, which no peer can have without end', async () => {
    const { clock, sessions, way } = scene();
    const codes: string[] = [];
    for (let count = 0; count < 40; count++) {
      sessions.forget(way);
      codes.push(await codeOf(sessions.to(way)));
    }
    expect(codes.filter((code) => code === 'ok')).toHaveLength(32);
    expect(new Set(codes)).toEqual(new Set(['ok', 'relay.rate_limited']));
    await clock.advance(60_000);
    expect(await codeOf(sessions.to(way))).toBe('ok');
  });
});

describe('the provider’s key', () => {
  it('changes twice a day; one that is older than a day opens nothing', async () => {
    const { asked, clock, keeper, peer, sessions, way } = scene();
    await sessions.to(way);
    const opening = encodeSealMessage(asked.find(({ t }) => t === 'open') as never);
    const key = encodeSealMessage({ t: 'key', server: 'files', tool: 'read' });
    const first = await keeper.answer(key, peer);
    expect(await keeper.answer(key, peer)).toEqual(first);
    await clock.advance(13 * HOUR_MS);
    expect(await keeper.answer(key, peer)).not.toEqual(first);
    expect(await codeOf(keeper.answer(opening, peer))).toBe('ok');
    await clock.advance(13 * HOUR_MS);
    expect(await codeOf(keeper.answer(opening, peer))).toBe('relay.seal_unknown');
  });
});
