/** Where the tools of an entry are asked for: in a network in which the entry was heard, and nowhere else. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Network, PeerInfo } from '#main/features/p2p/index.ts';
import type { Records, StoredRecord } from '#main/features/records/index.ts';
import { createDirectory } from '#main/features/registry/directory.ts';
import { registryMigrations } from '#main/features/registry/index.ts';
import { createManifests } from '#main/features/registry/manifests.ts';
import { createNetworkEntries } from '#main/features/registry/network-entries.ts';
import { silentLog } from '#main/platform/log.ts';
import { ENTRY_TYPE, entryKey, sealEntry } from '#shared/features/registry/entry.ts';
import { encodeManifest } from '#shared/features/registry/manifest.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSimIdentity } from '#test/support/sim/identity.ts';

const RED = 'aaaaaaaaaaaaaaaa';
const clock = createManualClock();
const anna = createSimIdentity('anna', clock.now());
const boris = createSimIdentity('boris', clock.now());
const manifest = encodeManifest({ format: 'toolswarm-manifest/1', server: 's', version: '1', tools: [] });
const signal = new AbortController().signal;

let peers: PeerInfo[];
/** Who was asked, and in which network. */
let asked: Array<[string, string | undefined]>;
beforeEach(() => {
  peers = [];
  asked = [];
});

const meet = (who: typeof anna, ...networks: string[]) =>
  peers.push(
    ...networks.map((network) => ({ peerId: who.peerId, providerId: who.providerId, network }) as PeerInfo),
  );

/** The slice with one entry of Anna's in store. */
function hold({ isPrivate = false, networks = [] as string[] }) {
  const now = clock.now();
  const { bytes } = sealEntry(
    {
      ...{ name: 's', cert: anna.certificate, seq: 1, iat: now, exp: now + 1000 },
      ...{ manifest: manifest.hash, private: isPrivate, version: '1', title: '', description: '' },
      ...{ tags: [], tools: 0, addresses: [], by: 'Anna' },
    },
    anna.signer,
  );
  const key = entryKey(anna.providerId, anna.peerId, 's', isPrivate);
  const record = {
    ...{ type: ENTRY_TYPE, key, owner: anna.providerId, bytes, networks },
    ...{ private: isPrivate, own: false, tombstone: false, disputed: false },
  } as unknown as StoredRecord;
  const records = {
    get: (_type: string, wanted: string) => (wanted === key ? record : undefined),
    inForce: () => [record],
    ofOwner: () => [record],
    on: () => () => undefined,
  } as unknown as Records;
  const network = {
    peers: () => peers,
    on: () => () => undefined,
    call(peerId: string, _protocol: string, _payload: Uint8Array, given?: { network?: string }) {
      asked.push([peerId, given?.network]);
      return { response: Promise.resolve(manifest.bytes) };
    },
  } as unknown as Network;
  const db = memoryDatabase(registryMigrations);
  const entries = createNetworkEntries(
    {
      ...{ records, network, clock, log: silentLog },
      manifests: createManifests({ db, network, clock, ownHashes: () => [] }),
      directory: createDirectory(() => undefined),
    },
    { maySee: () => true, concerns: () => true },
  );
  return { key, entries };
}

const obtain = ({ entries, key }: ReturnType<typeof hold>, from: typeof anna) =>
  entries.obtain(key, from.peerId, signal);

describe('the tools of an entry', () => {
  it('are asked for where its network and the peer meet', async () => {
    meet(boris, PUBLIC_NETWORK, RED);
    await obtain(hold({ networks: [RED] }), boris);
    expect(asked).toEqual([[boris.peerId, RED]]);
  });

  it('are asked for in a network of the entry, where the peer is met in others alone, or not at all', async () => {
    meet(boris, PUBLIC_NETWORK);
    await obtain(hold({ networks: [RED] }), boris);
    await obtain(hold({ networks: [RED] }), anna);
    expect(asked).toEqual([
      [boris.peerId, RED],
      [anna.peerId, RED],
    ]);
  });

  it('are asked of nobody where the entry is in no network any more', async () => {
    meet(boris, PUBLIC_NETWORK, RED);
    await expect(obtain(hold({ networks: [] }), boris)).rejects.toMatchObject({
      code: 'registry.not_listed',
    });
    expect(asked).toEqual([]);
  });

  it('of a private entry are asked of its own node alone, where it is met', async () => {
    meet(boris, RED);
    const entry = hold({ isPrivate: true });
    await expect(obtain(entry, boris)).rejects.toMatchObject({ code: 'registry.not_listed' });
    await expect(obtain(entry, anna)).rejects.toMatchObject({ code: 'registry.not_listed' });
    expect(asked).toEqual([]);
    meet(anna, RED);
    await obtain(entry, anna);
    expect(asked).toEqual([[anna.peerId, RED]]);
  });

  it('that came by themselves are asked for in its networks too', () => {
    meet(boris, PUBLIC_NETWORK);
    meet(anna, RED);
    const running = hold({ networks: [RED] }).entries.start(() => undefined);
    clock.advance(5000);
    void running.close();
    expect(asked).toEqual([[anna.peerId, RED]]);
  });
});
