/** Names that deceive and providers who contradict themselves, with real records over real connections. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEquivocations, equivocationMigrations } from '#main/node/equivocations.ts';
import { createVerify } from '#main/platform/crypto.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { encodeRecordsMessage, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { sealEntry, storedEntry } from '#shared/features/registry/entry.ts';
import { fromBase64Url } from '#shared/kernel/bytes.ts';
import { open } from '#shared/kernel/envelope.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';

let mine: MeshNode;
let other: MeshNode;
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  mine = await startMeshNode();
  other = await startMeshNode({ bootstrap: [mine.address()] });
  await until(() => other.network.peers().length === 1);
});
afterEach(async () => {
  await other.stop();
  await mine.stop();
});

/** Shares a server of the other node with this one, and waits until its tool is listed here. */
async function meet(server: string) {
  other.addServer(server, [echoTool]);
  const audience = { kind: 'providers' as const, providers: [mine.providerId] };
  other.access.share({ server, audience, confirmed: false, offered: [echoTool] });
  return until(() => mine.registry.list('network').find((tool) => tool.server === server));
}

it('a server that looks like an own one says so, and only the operator himself can let it in', async () => {
  mine.addServer('files', [echoTool]);
  mine.registry.addRule(
    { provider: other.providerId, claims: [], tags: [], action: 'approve', coversChanges: false },
    undefined,
  );
  const honest = await meet('weather');
  const deceiving = await meet('fi1es');
  const identical = await meet('files');
  expect(honest).toMatchObject({ state: 'approved' });
  expect(deceiving).toMatchObject({ state: 'pending' });
  expect(deceiving.warnings).toContain('confusable_name');
  expect(identical.warnings).toContain(`same_name_as:${mine.providerId}/files`);
  const { resembles } = mine.registry.show(deceiving.id);
  expect(resembles?.find(({ what }) => what === 'server')).toMatchObject({
    kind: 'confusable',
    name: 'fi1es',
    like: { name: 'files', providerId: mine.providerId, standing: 'own' },
  });
  expect(mine.registry.approve(deceiving.id)).toMatchObject({ state: 'approved' });
});

it('two entries under one number are not served; who signed them is flagged, with proof that verifies', async () => {
  const equivocations = createEquivocations({
    db: memoryDatabase(equivocationMigrations),
    clock: systemClock,
    log: silentLog,
    proofs: mine.records.equivocations,
  });
  const matters = equivocations.attention({ isBlocked: () => false, nameOf: () => 'Mallory' });
  await meet('notes');
  const first = await until(() => other.records.own().find(({ tombstone }) => !tombstone));
  const second = sealEntry({ ...storedEntry(first.bytes), title: 'something else' }, other.signer).bytes;
  const message = encodeRecordsMessage({ op: 'push', records: [second] });
  await other.network.call(mine.peerId, RECORDS_PROTOCOL, message).response;
  await until(() => mine.registry.list('network').length === 0);
  equivocations.found();
  expect(equivocations.isFlagged(other.providerId)).toBe(true);
  expect(equivocations.isFlagged(mine.providerId)).toBe(false);
  expect(matters.read()).toMatchObject([
    { kind: 'provider.equivocated', level: 'decide', subject: 'Mallory' },
  ]);
  const handlers = equivocations.handlers(() => undefined);
  const { items } = await handlers['providers.equivocations']({}, context as never);
  expect(items).toMatchObject([
    { providerId: other.providerId, peerId: other.peerId, type: 'entry/1', subject: 'notes', seen: false },
  ]);
  const [proof] = items;
  const read = (text: string | undefined) => open(fromBase64Url(text ?? ''), 'entry/1', createVerify());
  const [one, two] = [read(proof?.first), read(proof?.second)];
  expect(one.publicKey).toEqual(two.publicKey);
  expect((one.value as { seq: number }).seq).toBe((two.value as { seq: number }).seq);
  expect(one.bytes).not.toEqual(two.bytes);
  await handlers['providers.acknowledge']({ providerId: other.providerId }, context as never);
  expect(matters.read()).toEqual([]);
  expect(equivocations.isFlagged(other.providerId)).toBe(true);
});
