/**
 * Two nodes and a bad line between them: 256 kbit/s, 300 ms there and back, one packet in twenty lost. While bulk keeps
 * the line full in both directions, small calls are made all the time.
 */
import { p2pMigrations } from '#main/features/p2p/index.ts';
import { silentLog } from '#main/platform/log.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { admitAll } from '#test/support/network/harness.ts';
import { createSimulatedInternet } from '#test/support/network/simulated-internet.ts';
import { createSimulatedNetwork, type SimulatedNetwork } from '#test/support/network/simulated-network.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';
import { createDice } from './dice.ts';

export interface SlowLinkOptions {
  seed: string;
  /** Bulk transfers that always run, in each direction. */
  transfers: number;
  transferBytes: number;
  /** How long it goes on, in virtual ms. */
  durationMs: number;
  callEveryMs: number;
  callBytes: number;
  loss?: number;
  bytesPerSecond?: number;
  roundTripMs?: number;
  /** What the socket takes before it says it is full. */
  bufferBytes?: number;
}

export interface SlowLinkOutcome {
  calls: number;
  succeeded: number;
  /** Round trips of calls that succeeded, in virtual ms, rising. */
  latencies: number[];
  /** Bytes that arrived beside those of the calls, both directions together, per second. */
  bulkBytesPerSecond: number;
  transfersDone: number;
  transfersFailed: number;
  /** Bytes that the line carries in a second, both directions together, before losses. */
  lineBytesPerSecond: number;
}

const CALL = '/toolswarm/echo/1';
const BULK = '/toolswarm/bulk/1';
/** Time a transfer gets: a share of the line for very long. */
const TRANSFER_TIMEOUT_MS = 3_600_000;

export async function runSlowLink(options: SlowLinkOptions): Promise<SlowLinkOutcome> {
  const clock = createVirtualClock();
  const dice = createDice(options.seed);
  const roundTripMs = options.roundTripMs ?? 300;
  const bytesPerSecond = options.bytesPerSecond ?? 32_000;
  const internet = createSimulatedInternet({
    clock,
    random: dice.fork('internet'),
    latencyMs: { min: roundTripMs / 2, max: roundTripMs / 2 },
    loss: options.loss ?? 0.05,
    bufferBytes: options.bufferBytes ?? 64 * 1024,
  });
  const node = (number: number): SimulatedNetwork =>
    createSimulatedNetwork(
      internet,
      {
        privateKey: new Uint8Array(32).fill(number),
        certificate: () => Uint8Array.of(number),
        admit: admitAll,
        gate: () => true,
        clock,
        random: dice.fork(`node-${number}`),
        log: silentLog,
        db: memoryDatabase(p2pMigrations),
      },
      {
        listen: [`/memory/${number}`],
        access: { upBytesPerSecond: bytesPerSecond, downBytesPerSecond: bytesPerSecond },
      },
    );
  const [a, b] = [node(1), node(2)];
  let transfersDone = 0;
  let transfersFailed = 0;
  let over = false;
  for (const each of [a, b]) {
    each.serve(CALL, (payload) => payload.slice());
    each.serve(BULK, () => new Uint8Array(options.transferBytes));
    await each.start();
  }
  const dialled = b.dial(a.addresses()[0] ?? '');
  await clock.advance(5000);
  await dialled;

  async function transfer(from: SimulatedNetwork, to: SimulatedNetwork): Promise<void> {
    while (!over)
      try {
        const call = from.call(to.peerId, BULK, new Uint8Array(32), {
          timeoutMs: TRANSFER_TIMEOUT_MS,
          maxResponseBytes: options.transferBytes,
        });
        await call.response;
        transfersDone++;
      } catch {
        if (!over) transfersFailed++;
        // A link that broke is dialled again by the next try.
        await new Promise<void>((resolve) => void clock.after(1000, resolve));
      }
  }
  for (let count = 0; count < options.transfers; count++) {
    void transfer(a, b);
    void transfer(b, a);
  }

  const received = () => [a, b].reduce((sum, one) => sum + (one.peers()[0]?.receivedBytes ?? 0), 0);
  const receivedBefore = received();
  const latencies: number[] = [];
  let calls = 0;
  const timer = clock.every(options.callEveryMs, () => {
    calls++;
    const startedAt = clock.monotonic();
    b.call(a.peerId, CALL, new Uint8Array(options.callBytes)).response.then(
      () => latencies.push(clock.monotonic() - startedAt),
      () => undefined,
    );
  });
  await clock.advance(options.durationMs);
  timer.cancel();
  const bulk = received() - receivedBefore - latencies.length * 2 * options.callBytes;
  await clock.advance(40_000);
  over = true;
  await Promise.all([a.stop(), b.stop()]);
  await clock.advance(1000);
  return {
    calls,
    succeeded: latencies.length,
    latencies: latencies.sort((x, y) => x - y),
    bulkBytesPerSecond: bulk / (options.durationMs / 1000),
    transfersDone,
    transfersFailed,
    lineBytesPerSecond: 2 * bytesPerSecond,
  };
}
