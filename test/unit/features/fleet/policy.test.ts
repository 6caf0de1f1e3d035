/** One policy over several nodes: whatever is said where and comes in whatever order, all end with the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, type PolicySource } from '#main/features/fleet/policy/policy.ts';
import { createPolicyStore, fleetMigrations } from '#main/features/fleet/policy/store.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { MAX_AHEAD_MS, readItem, signItem, type Statement } from '#shared/features/fleet/policy-items.ts';
import { encodeCbor, type JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf } from '#shared/kernel/ids.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';

const PROVIDER = 'z6MkProvider';
const verify = createVerify();
const signers = [1, 2, 3, 4].map((n) => createSigner(new Uint8Array(32).fill(n)));
/** The certificate is the node's number here; the last one is of another provider. */
function certified(certificate: Uint8Array) {
  const number = certificate[0] ?? 0;
  const signer = signers[number];
  if (!signer) throw new AppError('identity.bad_certificate', 'unknown');
  return { providerId: number === 3 ? 'z6MkOther' : PROVIDER, nodePublicKey: signer.publicKey };
}

/** A node with one plain source whose facts a test sets by hand. */
function createMember(number: number, clock = createManualClock()) {
  const signer = signers[number] as (typeof signers)[0];
  const facts = new Map<string, JsonValue>();
  const refused = new Set<string>();
  const source: PolicySource = {
    kind: 'block',
    read: () => facts,
    apply(key, value) {
      if (refused.has(key)) throw new AppError('test.refused', 'cannot hold here');
      if (value === undefined) facts.delete(key);
      else facts.set(key, value);
    },
    subscribe: () => () => undefined,
  };
  const store = createPolicyStore(memoryDatabase(fleetMigrations));
  const policy = createPolicy({
    clock,
    log: silentLog,
    store,
    sources: [source],
    self: { peerId: peerIdOf(signer.publicKey), signer, certificate: () => new Uint8Array([number]) },
    reading: () => ({ verify, provider: PROVIDER, certified }),
  });
  return { clock, facts, policy, refused, store, peerId: peerIdOf(signer.publicKey) };
}
type Member = ReturnType<typeof createMember>;

const everything = ({ store }: Member) => store.all().map(({ bytes }) => bytes);
const factsOf = ({ facts }: Member) => Object.fromEntries([...facts].sort());

const step = fc.record({
  at: fc.nat(2),
  key: fc.constantFrom('a', 'b', 'c'),
  value: fc.option(fc.nat(3), { nil: undefined }),
  passes: fc.nat(50),
  /** Whom the node tells afterwards, if anybody. */
  tells: fc.option(fc.nat(2), { nil: undefined }),
});

describe('a policy', () => {
  it('is the same everywhere once all have heard all, whatever was said, lost and repeated', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.array(fc.nat(2), { maxLength: 6 }),
        (steps, skews) => {
          const members = [0, 1, 2].map((number) => {
            const clock = createManualClock();
            clock.advance((skews[number] ?? 0) * 1000);
            return createMember(number, clock);
          });
          for (const { at, key, passes, tells, value } of steps) {
            const member = members[at] as Member;
            member.clock.advance(passes);
            if (value === undefined) member.facts.delete(key);
            else member.facts.set(key, value);
            const said = member.policy.capture();
            if (tells !== undefined) members[tells]?.policy.receive(said.map(({ bytes }) => bytes));
          }
          for (const _round of [1, 2])
            for (const from of members) for (const to of members) to.policy.receive(everything(from));
          const [first, ...others] = members.map(factsOf);
          for (const other of others) expect(other).toEqual(first);
          // Nothing echoes: what came from others is not said again.
          for (const member of members) expect(member.policy.capture()).toEqual([]);
        },
      ),
    );
  });

  it('the later word counts, and a block that was lifted stays lifted', () => {
    const [a, b] = [createMember(0), createMember(1)];
    a.facts.set('x', true);
    const said = a.policy.capture();
    b.policy.receive(said.map(({ bytes }) => bytes));
    expect(factsOf(b)).toEqual({ x: true });
    b.clock.advance(5);
    b.facts.delete('x');
    a.policy.receive(b.policy.capture().map(({ bytes }) => bytes));
    expect(factsOf(a)).toEqual({});
    // An old word that comes once more changes nothing.
    expect(a.policy.receive(said.map(({ bytes }) => bytes))).toEqual([]);
    expect(a.policy.changes()).toMatchObject([{ key: 'x', ended: true, node: b.peerId, replaced: true }]);
  });

  it('what a node brings along stands behind what the others said before', () => {
    const [a, b] = [createMember(0), createMember(1)];
    a.facts.set('x', 'of the fleet');
    a.policy.capture();
    b.clock.advance(60_000);
    b.facts.set('x', 'brought along').set('y', 'brought along');
    const brought = b.policy.capture({ isOld: true });
    b.policy.receive(everything(a));
    a.policy.receive(brought.map(({ bytes }) => bytes));
    for (const member of [a, b]) expect(factsOf(member)).toEqual({ x: 'of the fleet', y: 'brought along' });
  });

  it('that two nodes share before they meet is no change to either', () => {
    const [a, b] = [createMember(0), createMember(1)];
    for (const { facts } of [a, b]) facts.set('x', true);
    const [ofA, ofB] = [a, b].map(({ policy }) => policy.capture({ isOld: true }));
    a.policy.receive((ofB ?? []).map(({ bytes }) => bytes));
    b.policy.receive((ofA ?? []).map(({ bytes }) => bytes));
    for (const { policy } of [a, b]) expect(policy.changes()).toEqual([]);
  });

  it('what cannot hold here is not taken for a wish of the operator', () => {
    const [a, b] = [createMember(0), createMember(1)];
    b.refused.add('x');
    a.facts.set('x', true);
    b.policy.receive(a.policy.capture().map(({ bytes }) => bytes));
    expect(factsOf(b)).toEqual({});
    expect(b.policy.capture()).toEqual([]);
    expect(b.store.all()).toMatchObject([{ key: 'x', applied: false }]);
  });

  it('of a node that was taken out is vouched for by those that stay', () => {
    const [a, b] = [createMember(0), createMember(1)];
    b.facts.set('x', true);
    a.policy.receive(b.policy.capture().map(({ bytes }) => bytes));
    const again = a.policy.resign(new Set([b.peerId]));
    expect(again).toMatchObject([{ key: 'x', value: 'true', node: a.peerId }]);
    expect(createMember(2).policy.receive(again.map(({ bytes }) => bytes))).toHaveLength(1);
  });
});

describe('an item', () => {
  const node = { signer: signers[0] as (typeof signers)[0], certificate: new Uint8Array([0]) };
  const statement: Statement = { kind: 'block', key: 'x', value: 'true' };
  const options = { now: 1000, verify, provider: PROVIDER, certified };
  const read = (bytes: Uint8Array) => readItem(bytes, options);
  const stamp = { at: 1000, count: 0 };

  it('that is forged, foreign, from the future, too large or unknown is refused', () => {
    const good = signItem(statement, stamp, node);
    expect(read(good.bytes)).toMatchObject({ kind: 'block', key: 'x', value: 'true', node: good.node });
    const altered = good.bytes.with(-1, (good.bytes.at(-1) ?? 0) ^ 1);
    expect(() => read(altered)).toThrow(expect.objectContaining({ code: 'kernel.bad_signature' }));
    const bad = expect.objectContaining({ code: 'fleet.bad_item' });
    const foreign = signItem(statement, stamp, {
      signer: signers[3] as never,
      certificate: new Uint8Array([3]),
    });
    expect(() => read(foreign.bytes)).toThrow(bad);
    const borrowed = signItem(statement, stamp, { ...node, certificate: new Uint8Array([1]) });
    expect(() => read(borrowed.bytes)).toThrow(bad);
    const future = signItem(statement, { at: 1001 + MAX_AHEAD_MS, count: 0 }, node);
    expect(() => read(future.bytes)).toThrow(bad);
    const unknown = signItem({ ...statement, kind: 'weather' as never }, stamp, node);
    expect(() => read(unknown.bytes)).toThrow(bad);
    const huge = signItem({ ...statement, value: 'x'.repeat(80_000) }, stamp, node);
    expect(() => read(huge.bytes)).toThrow(bad);
  });

  it('of any bytes never does harm', () => {
    const member = createMember(1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(member.policy.receive([bytes, encodeCbor([bytes])])).toEqual([]);
      }),
    );
  });

  it('about uses is believed of the node that counts them alone', () => {
    const member = createMember(1);
    const own = signItem(
      { kind: 'uses', key: `g/${peerIdOf(node.signer.publicKey)}`, value: '4' },
      stamp,
      node,
    );
    const others = signItem({ kind: 'uses', key: 'g/somebody', value: '4' }, stamp, node);
    expect(member.policy.receive([own.bytes, others.bytes])).toHaveLength(1);
  });
});
