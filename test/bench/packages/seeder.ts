/** A process that has a bundle. Arguments: path of the bundle, `ours`, `hostile`, `bare` or `bitswap`, bytes a second. */
import { readFile } from 'node:fs/promises';
import { describeBundle } from '#main/features/packages/publish/describe.ts';
import { createPacer } from '#main/features/packages/transfer/pacer.ts';
import { servePieces } from '#main/features/packages/transfer/serving.ts';
import { systemClock } from '#main/platform/clock.ts';
import { bundleId, pieceLength } from '#shared/features/packages/bundle.ts';
import { encodeBitmap, PIECES_PROTOCOL, readPieceRequest } from '#shared/features/packages/messages.ts';
import { cidsOf, startBitswap } from './bitswap.ts';
import { BULK_PROTOCOL, LOOPBACK, startBare, startNetwork } from './network.ts';

const [path = '', kind = 'ours', rate = '0'] = process.argv.slice(2);
const bundle = await describeBundle(path, new AbortController().signal);
const CHUNK_BYTES = 256 * 1024;

const starts: Record<string, () => Promise<string>> = {
  async ours() {
    const network = await startNetwork();
    servePieces({
      network,
      pacer: createPacer(systemClock, () => Number(rate)),
      offered: (id) => (id === bundleId(bundle) ? { bundle, path, has: () => true } : undefined),
      onSent: () => undefined,
      onDamaged: () => undefined,
    });
    return network.addresses()[0] ?? '';
  },
  async hostile() {
    const network = await startNetwork();
    network.serve(PIECES_PROTOCOL, (payload) => {
      const request = readPieceRequest(payload);
      if (request.op === 'have') return encodeBitmap(() => true, bundle.pieces.length);
      return new Uint8Array(pieceLength(bundle, request.index)).fill(1);
    });
    return network.addresses()[0] ?? '';
  },
  async bare() {
    const bytes = await readFile(path);
    const node = await startBare([LOOPBACK]);
    await node.handle(BULK_PROTOCOL, async (stream) => {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
        if (!stream.send(bytes.subarray(at, at + CHUNK_BYTES))) await stream.onDrain();
      await stream.close();
    });
    return String(node.getMultiaddrs()[0]);
  },
  async bitswap() {
    const bytes = await readFile(path);
    const node = await startBare([LOOPBACK]);
    const { blockstore } = await startBitswap(node);
    for (const [at, cid] of cidsOf(bundle).entries())
      await blockstore.put(cid, bytes.subarray(at * bundle.pieceSize, (at + 1) * bundle.pieceSize));
    return String(node.getMultiaddrs()[0]);
  },
};

process.send?.(await starts[kind]?.());
process.on('disconnect', () => process.exit(0));
