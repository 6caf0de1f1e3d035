/** Bundles move between real nodes on loopback, some of which lie, stall or flood. */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBans } from '#main/features/packages/transfer/bans.ts';
import { type BundleFile, openBundleFile } from '#main/features/packages/transfer/bundle-file.ts';
import { download, type DownloadProgress } from '#main/features/packages/transfer/download.ts';
import { createPacer } from '#main/features/packages/transfer/pacer.ts';
import { servePieces } from '#main/features/packages/transfer/serving.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Bundle, bundleId, pieceLength } from '#shared/features/packages/bundle.ts';
import { encodeBitmap, PIECES_PROTOCOL, readPieceRequest } from '#shared/features/packages/messages.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { createHarness, type Harness, type TestNetwork } from '#test/support/network/harness.ts';
import { bundleOf, bytesOf } from '#test/support/packages/bundles.ts';
import { createSeededRandom } from '#test/support/random.ts';

const MIB = 1 << 20;
const never = new AbortController().signal;

describe('a swarm', () => {
  let world: Harness;
  let folder: string;
  let files: BundleFile[];
  let servings: Closeable[];
  const bytes = bytesOf('bundle', 5 * MIB + 12_345);
  const bundle = bundleOf(bytes);

  beforeEach(async () => {
    world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
    folder = await mkdtemp(join(tmpdir(), 'swarm-'));
    files = [];
    servings = [];
  });
  afterEach(async () => {
    for (const one of [...files, ...servings]) await one.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pathOf = (name: string) => join(folder, name);

  /** A node that gives away what `has` says, at so many bytes a second. */
  async function seeder(name: string, has: (piece: number) => boolean = () => true, rate = 0) {
    await writeFile(pathOf(name), bytes);
    const network = await world.node();
    const sent = new Map<string, number>();
    const damaged: number[] = [];
    const serving = servePieces({
      network,
      pacer: createPacer(systemClock, () => rate),
      offered: (id) => (id === bundleId(bundle) ? { bundle, path: pathOf(name), has } : undefined),
      onSent: (id, _peer, count) => sent.set(id, (sent.get(id) ?? 0) + count),
      onDamaged: (_id, piece) => damaged.push(piece),
    });
    servings.push(serving);
    return { network, sent, damaged };
  }

  async function hostile(answer: (bundle: Bundle, piece: number) => Promise<Uint8Array> | Uint8Array) {
    const network = await world.node();
    network.serve(PIECES_PROTOCOL, (payload) => {
      const request = readPieceRequest(payload);
      return request.op === 'have'
        ? encodeBitmap(() => true, bundle.pieces.length)
        : answer(bundle, request.index);
    });
    return network;
  }

  async function leecher(name: string, peers: TestNetwork[]) {
    const network = await world.node();
    for (const peer of peers) await network.dial(peer.addresses()[0] ?? '');
    const file = await openBundleFile(pathOf(name), bundle);
    files.push(file);
    const bans = createBans(systemClock);
    const deps = {
      network,
      bans,
      clock: systemClock,
      random: createSeededRandom('leecher'),
      log: silentLog,
      pacer: createPacer(systemClock, () => 0),
      async *seek() {},
    };
    return { network, file, bans, deps, path: pathOf(name) };
  }

  it('gives the same bytes, from several peers of whom none has all', async () => {
    const a = await seeder('a', (piece) => piece % 2 === 0);
    const b = await seeder('b', (piece) => piece % 2 === 1);
    const { deps, file, path } = await leecher('got', [a.network, b.network]);
    const seen: DownloadProgress[] = [];
    await download(deps, bundle, file, { signal: never, onProgress: (progress) => seen.push(progress) });
    expect(toHex(await readFile(path))).toBe(toHex(bytes));
    expect(seen.at(-1)).toMatchObject({ bytes: bundle.size, total: bundle.size });
    expect((a.sent.get(bundleId(bundle)) ?? 0) + (b.sent.get(bundleId(bundle)) ?? 0)).toBe(bundle.size);
  });

  it('completes among peers that send other bytes, endless data or nothing, and bans those that lie', async () => {
    const good = await seeder('good');
    const liar = await hostile((of, piece) => bytesOf('other', pieceLength(of, piece)));
    const flood = await hostile(() => new Uint8Array(4 * MIB));
    const short = await hostile(() => new Uint8Array(3));
    const silent = await hostile(() => sleep(systemClock, 60_000).then(() => new Uint8Array()));
    const { bans, deps, file, path } = await leecher('got', [liar, flood, short, silent, good.network]);
    await download(deps, bundle, file, { signal: never });
    expect(toHex(await readFile(path))).toBe(toHex(bytes));
    expect(bans.list().sort()).toEqual([liar, flood, short].map(({ peerId }) => peerId).sort());
  });

  it('goes on where it was cut off, and believes the bytes on the disk alone', async () => {
    const good = await seeder('good', undefined, 4 * MIB);
    const first = await leecher('got', [good.network]);
    const cut = new AbortController();
    const underway = download(first.deps, bundle, first.file, {
      signal: cut.signal,
      onProgress: ({ bytes: done }) => void (done > 2 * MIB && cut.abort()),
    });
    await expect(underway).rejects.toThrow();
    await first.file.sync();
    const had = first.file.count();
    expect(had).toBeGreaterThan(4);
    // A piece that rots meanwhile is fetched again.
    const rotten = bundle.pieces.findIndex((_, piece) => first.file.has(piece));
    const raw = await open(first.path, 'r+');
    await raw.write(Uint8Array.of(1, 2, 3), 0, 3, rotten * bundle.pieceSize + 17);
    await raw.close();
    const again = await openBundleFile(first.path, bundle);
    files.push(again);
    expect(again.count()).toBe(had - 1);
    await download(first.deps, bundle, again, { signal: never });
    expect(toHex(await readFile(first.path))).toBe(toHex(bytes));
  });

  it('goes on with who comes later, and with who has more later', async () => {
    let has = 3;
    const slow = await seeder('slow', (piece) => piece < has);
    const { deps, file, network } = await leecher('got', [slow.network]);
    const underway = download(deps, bundle, file, { signal: never, askAgainMs: 100 });
    await world.until('the first pieces are there', () => file.count() === 3);
    has = 10;
    await world.until('what came later is there', () => file.count() === 10);
    const late = await seeder('late');
    await network.dial(late.network.addresses()[0] ?? '');
    await underway;
    expect(file.count()).toBe(bundle.pieces.length);
  });

  it('says so when nobody has it, and keeps what came', async () => {
    const some = await seeder('some', (piece) => piece === 4);
    const { deps, file } = await leecher('got', [some.network]);
    await expect(
      download(deps, bundle, file, { signal: never, seekMs: 100, askAgainMs: 100 }),
    ).rejects.toMatchObject({
      code: 'packages.no_peers',
      retryable: true,
      details: { have: 1, pieces: bundle.pieces.length },
    });
    expect(file.has(4)).toBe(true);
  });

  it('goes on when a peer dies in the middle', async () => {
    const dying = await seeder('dying', undefined, 2 * MIB);
    const staying = await seeder('staying', undefined, 2 * MIB);
    const { deps, file } = await leecher('got', [dying.network, staying.network]);
    const underway = download(deps, bundle, file, { signal: never });
    await world.until('some of it came', () => file.count() > 3);
    await dying.network.stop();
    await underway;
    expect(file.count()).toBe(bundle.pieces.length);
  });

  it('does not give away what rotted on its own disk', async () => {
    const rotten = await seeder('rotten');
    await writeFile(pathOf('rotten'), bytesOf('rot', bytes.length));
    const { deps, file } = await leecher('got', [rotten.network]);
    await expect(
      download(deps, bundle, file, { signal: never, seekMs: 100, askAgainMs: 100 }),
    ).rejects.toMatchObject({
      code: 'packages.no_peers',
    });
    expect(rotten.damaged.length).toBeGreaterThan(0);
    expect(file.count()).toBe(0);
  });
});
