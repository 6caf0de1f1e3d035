/** Five real nodes change their protocol together: the same votes, the same count, and one that stays without. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FeatureInfo, FEATURES } from '#shared/features/p2p/features.ts';
import { RULES } from '#shared/features/governance/numbers.ts';
import { ADOPTION_TYPE, PROPOSAL_TYPE } from '#shared/features/governance/records.ts';
import { TEXTS_ALONG_FEATURE } from '#shared/features/records/messages.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { type GovernedNode, startGovernedNode } from '#test/support/governance/governed-node.ts';
import { until } from '#test/support/mesh-node.ts';

const NEW = 'loud-echo/1';
const features: FeatureInfo[] = [
  ...FEATURES,
  { name: NEW, about: 'Echoes are loud.', activation: 'decided', usedIn: [] },
];
/** The same rule in a moment: its times are short, its shares are what they are. */
const moment = { stableMs: 400, delayMs: 400 };
const rules = { feature: { ...RULES.feature, ...moment }, major: { ...RULES.major, ...moment } };
const wanted = { feature: NEW, class: 'feature' as const, specUrl: '', specHash: '5e'.repeat(32) };

let nodes: GovernedNode[] = [];
beforeEach(async () => {
  nodes = await Promise.all(Array.from({ length: 5 }, () => startGovernedNode({ features, rules })));
  const [hub, ...rest] = nodes as [GovernedNode, ...GovernedNode[]];
  for (const node of nodes)
    for (const other of nodes) if (other !== node) node.trust.setKnown(other.providerId, true);
  for (const [index, node] of rest.entries()) {
    await node.network.dial(hub.address());
    for (const other of rest.slice(0, index)) await node.network.dial(other.address());
  }
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

const proposals = () => nodes.map((node) => node.governance.view().proposals);
const tallies = () =>
  proposals().map(([one]) => one && { cast: one.cast, weight: one.weight, electors: one.electors });
const allHave = (holds: (node: GovernedNode) => boolean) => until(() => nodes.every(holds));

/** An echo that is loud only where both ends have the feature. */
function serveEcho(node: GovernedNode): void {
  node.network.serve('/toolswarm/echo/1', (payload, { peer }) =>
    peer.features.includes(NEW) ? utf8('LOUD') : payload.slice(),
  );
}

it('a proposal is adopted and counted alike everywhere; who vetoes it stays without it and is talked to all the same', async () => {
  const [anna, , , , vera] = nodes as [GovernedNode, GovernedNode, GovernedNode, GovernedNode, GovernedNode];
  nodes.forEach(serveEcho);
  vera.activation.override(NEW, 'never');
  const { id } = anna.governance.propose({ ...wanted, text: 'Quiet echoes are missed.' });
  await allHave(({ governance }) => governance.view().proposals.length === 1);

  nodes.forEach((node, index) => node.governance.vote(id, index === 3 ? 'no' : 'yes'));
  await allHave(({ governance }) => {
    const { cast } = governance.proposal(id);
    return cast.yes === 4000 && cast.no === 1000;
  });
  const [first, ...others] = tallies();
  expect(first).toEqual({
    cast: { yes: 4000, no: 1000, abstain: 0, ready: 5000, yesCount: 4 },
    weight: 5000,
    electors: 5,
  });
  for (const other of others) expect(other).toEqual(first);

  await allHave(({ governance }) => {
    governance.count();
    return governance.proposal(id).state === 'active';
  });
  expect(new Set(nodes.map(({ governance }) => governance.proposal(id).lockedAt)).size).toBe(1);
  expect(nodes.map(({ activation }) => activation.isActive(NEW))).toEqual([true, true, true, true, false]);

  // Told on open links: nobody had to connect anew.
  await until(() => anna.network.peers().filter(({ features: both }) => both.includes(NEW)).length === 3);
  const hears = async (from: GovernedNode, to: GovernedNode) =>
    from.network.call(to.peerId, '/toolswarm/echo/1', utf8('quiet')).response;
  expect(await hears(anna, nodes[1] as GovernedNode)).toEqual(utf8('LOUD'));
  expect(await hears(anna, vera)).toEqual(utf8('quiet'));
  expect(await hears(vera, anna)).toEqual(utf8('quiet'));

  vera.activation.override(NEW, null);
  await until(() => anna.network.peers().filter(({ features: both }) => both.includes(NEW)).length === 4);
  expect(await hears(vera, anna)).toEqual(utf8('LOUD'));
});

it('a feature of this protocol is switched on by signed votes: texts come with their records, save where it is vetoed', async () => {
  const [anna, boris, , , vera] = nodes as [
    GovernedNode,
    GovernedNode,
    GovernedNode,
    GovernedNode,
    GovernedNode,
  ];
  vera.activation.override(TEXTS_ALONG_FEATURE, 'never');
  expect(nodes.map(({ activation }) => activation.isActive(TEXTS_ALONG_FEATURE))).not.toContain(true);

  /** What a node asks for that meets Anna again after she proposed something. */
  async function askedByReturning(node: GovernedNode, feature: string): Promise<Set<string>> {
    const others = nodes.filter((other) => other !== node);
    await Promise.all(others.map((other) => node.network.disconnect(other.peerId)));
    await until(() => node.network.peers().length === 0);
    anna.governance.propose({ ...wanted, feature, text: `Why ${feature}.` });
    const before = node.asked.length;
    await node.network.dial(anna.address());
    const words = () => node.governance.view().proposals.find((one) => one.feature === feature)?.text;
    await until(() => words() === `Why ${feature}.`);
    return new Set(node.asked.slice(before));
  }
  expect(await askedByReturning(boris, 'first/1')).toContain('texts');

  const { id } = anna.governance.propose({ ...wanted, feature: TEXTS_ALONG_FEATURE, text: '' });
  await allHave(({ governance }) => governance.view().proposals.some((one) => one.id === id));
  for (const node of nodes) node.governance.vote(id, 'yes');
  await allHave((node) => {
    node.governance.count();
    return node.governance.proposal(id).state === 'active';
  });
  expect(nodes.map(({ activation }) => activation.isActive(TEXTS_ALONG_FEATURE))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  const row = () => anna.governance.view().features.find(({ name }) => name === TEXTS_ALONG_FEATURE);
  await until(() => (row()?.peers ?? 0) > 0);
  expect(row()).toMatchObject({ activation: 'decided', active: true });

  const asked = await askedByReturning(boris, 'second/1');
  expect(asked).toContain('fetch');
  expect(asked).not.toContain('texts');
  expect(await askedByReturning(vera, 'third/1')).toContain('texts');
});

it('words that were announced come from whoever has them, soon, and are known to be on their way', async () => {
  const [anna, ...others] = nodes as [GovernedNode, ...GovernedNode[]];
  await until(() => nodes.every(({ network }) => network.peers().length === 4));
  // Whoever just connected reads everything; afterwards only the announcement tells of what is new.
  await allHave(({ asked }) => asked.filter((op) => op === 'proofs').length >= 8);
  const { id } = anna.governance.propose({ ...wanted, text: 'Quiet echoes are missed.' });
  await until(() => others.every(({ governance }) => governance.view().proposals.length === 1));
  await allHave(({ governance }) => {
    const { text, textPending } = governance.proposal(id);
    expect(text === '').toBe(textPending);
    return !textPending;
  });
  expect(nodes.map(({ governance }) => governance.proposal(id).text)).toEqual(
    nodes.map(() => 'Quiet echoes are missed.'),
  );
});

it('a provider with two nodes is one voice: what either of them said last', async () => {
  const [anna, boris] = nodes as [GovernedNode, GovernedNode];
  const second = await startGovernedNode({ features, rules, root: boris.root });
  nodes.push(second);
  expect(second.providerId).toBe(boris.providerId);
  for (const { providerId } of nodes)
    if (providerId !== second.providerId) second.trust.setKnown(providerId, true);
  await second.network.dial(anna.address());
  await second.network.dial(boris.address());
  const { id } = anna.governance.propose({ ...wanted, text: '' });
  await allHave(({ governance }) => governance.view().proposals.length === 1);

  boris.governance.vote(id, 'yes');
  second.governance.vote(id, 'yes');
  await until(() => anna.records.inForce(ADOPTION_TYPE).length === 2);
  await allHave(({ governance }) => governance.proposal(id).cast.yes === 1000);
  expect(anna.governance.proposal(id)).toMatchObject({ electors: 5, weight: 5000, cast: { yesCount: 1 } });

  second.governance.vote(id, 'no');
  await allHave(({ governance }) => governance.proposal(id).cast.no === 1000);
  expect(anna.governance.proposal(id)).toMatchObject({ cast: { yes: 0, no: 1000, yesCount: 0 } });
});

it('without consent of the operator a decision waits for him', async () => {
  const [anna] = nodes as [GovernedNode];
  anna.setAutomatic(false);
  const { id } = anna.governance.propose({ ...wanted, text: '' });
  await allHave(({ governance }) => governance.view().proposals.length === 1);
  for (const node of nodes) node.governance.vote(id, 'yes');
  await allHave((node) => {
    node.governance.count();
    return node.governance.proposal(id).state === (node === anna ? 'waiting' : 'active');
  });
  expect(anna.activation.isActive(NEW)).toBe(false);
  anna.activation.override(NEW, 'always');
  expect(anna.activation.isActive(NEW)).toBe(true);
});

it('words are erased and proposals withdrawn everywhere, and what was decided stays', async () => {
  const [anna, boris] = nodes as [GovernedNode, GovernedNode];
  const { id } = anna.governance.propose({ ...wanted, text: 'Personal words.' });
  // Words travel beside records, with those who compare what they have: one who comes later reads them at once.
  const late = await startGovernedNode({ features, rules });
  nodes.push(late);
  await late.network.dial(anna.address());
  await until(() => late.governance.view().proposals[0]?.text === 'Personal words.');
  anna.governance.eraseText(id);
  await allHave(({ governance }) => governance.view().proposals[0]?.text === '');
  expect(() => boris.governance.withdraw(id)).toThrow(
    expect.objectContaining({ code: 'governance.not_yours' }),
  );
  anna.governance.withdraw(id);
  await allHave(({ governance }) => governance.view().proposals.length === 0);
  expect(() => boris.governance.vote(id, 'yes')).toThrow(
    expect.objectContaining({ code: 'governance.unknown_proposal' }),
  );
  expect(boris.records.inForce(PROPOSAL_TYPE)).toEqual([]);
});

it('votes of those whom nobody pinned count nothing', async () => {
  const [anna] = nodes as [GovernedNode];
  const { id } = anna.governance.propose({ ...wanted, text: '' });
  const crowd = await Promise.all(Array.from({ length: 3 }, () => startGovernedNode({ features, rules })));
  nodes.push(...crowd);
  await Promise.all(crowd.map((node) => node.network.dial(anna.address())));
  await until(() => crowd.every(({ governance }) => governance.view().proposals.length === 1));
  for (const node of crowd) node.governance.vote(id, 'yes');
  await until(() => crowd.every(({ providerId }) => anna.records.ofOwner(providerId).length > 0));
  expect(anna.governance.proposal(id)).toMatchObject({ cast: { yes: 0, yesCount: 0 }, electors: 5 });
});
