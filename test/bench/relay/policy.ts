/** What checking costs, and how well one of several nodes is chosen. Providers run in processes of their own. */
import { callResponseSchema, decodeMessage, encodeMessage } from '#shared/features/relay/messages.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { echoTool } from '#test/support/mesh-node.ts';
import { median } from '../support/load.ts';
import { atLeast, atMost, type Figure, measured, round, table } from '../support/report.ts';
import { callBare } from './bare-relay.ts';
import { BARE_CALL } from './policy-names.ts';
import { at, consume, load, type Load, MESSAGE, relayed, serve } from './providers.ts';

const ROUNDS = 5;

export async function measurePolicy(): Promise<Figure[]> {
  return [...(await measureChecks()), ...(await measureHalfLoad()), ...(await measureChoice())];
}

type Way = 'codec' | 'bare' | 'full';

/** The same calls with all checks and with none: they take turns, the first round warms up. */
async function measureChecks(): Promise<Figure[]> {
  const served = await serve({});
  const { id, node } = await consume([served]);
  const [peer] = node.network.peers();
  const request = encodeMessage({
    server: 'echo',
    tool: 'echo',
    fingerprint: fingerprintOf(echoTool),
    params: { name: 'echo', arguments: { message: MESSAGE } },
    caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 's' },
  });
  const params = { name: 'echo', arguments: { message: MESSAGE } };
  const bare = callBare(node.network, peer?.peerId ?? '', node.registry.callable(id), params);
  const codec = async () =>
    decodeMessage(
      callResponseSchema,
      await node.network.call(peer?.peerId ?? '', BARE_CALL, request).response,
    );
  const rounds: Array<Record<Way, Load>> = [];
  for (let index = 0; index <= ROUNDS; index++) {
    const one = {
      codec: await load(codec, [served]),
      bare: await load(bare, [served]),
      full: await load(relayed({ id, node }), [served]),
    };
    // A refusal costs other than an answer: it must never stand for one.
    const failed = one.codec.failed + one.bare.failed + one.full.failed;
    if (failed > 0) throw new Error(`${failed} calls failed, so that nothing was measured`);
    if (index > 0) rounds.push(one);
  }
  await node.stop();
  served.child.disconnect();
  const middle = (which: Way, of: 'perSecond' | 'cpuPerCall') => median(rounds.map((one) => one[which][of]));
  console.log('\nCalls of 1 KiB from node to node, 128 at once\n');
  const row = (name: string, which: Way) => [
    name,
    round(middle(which, 'perSecond')),
    round(middle(which, 'cpuPerCall')),
  ];
  console.log(
    table(
      ['path', 'calls/s', 'CPU µs per call, both ends'],
      [
        row('codec and link alone', 'codec'),
        row('the relay with empty checks', 'bare'),
        row('with access, limits, keys, schemas, log', 'full'),
      ],
    ),
  );
  return [
    atLeast(
      'relay.policy',
      middle('full', 'perSecond') / middle('bare', 'perSecond'),
      '× of the bare relay',
      0.85,
    ),
    measured(
      'relay.policy-vs-codec',
      middle('full', 'perSecond') / middle('codec', 'perSecond'),
      '× of codec and link alone',
    ),
    measured('relay.policy-cpu', middle('full', 'cpuPerCall') - middle('bare', 'cpuPerCall'), 'µs CPU added'),
  ];
}

async function measureHalfLoad(): Promise<Figure[]> {
  const served = await serve({ delayMs: 5 });
  const { id, node } = await consume([served]);
  const call = relayed({ id, node });
  await load(call, [served], 500, 32);
  const full = await load(call, [served], 4_000, 128);
  // Half as many as the fastest that was seen, spread over the time.
  const atOnce = Math.max(1, Math.round((full.perSecond / 2) * 0.0055));
  const half = await load(call, [served], 4_000, atOnce);
  // What the machine itself adds to a wait of 5 ms: the same without checks, right after.
  const [peer] = node.network.peers();
  const params = { name: 'echo', arguments: { message: MESSAGE } };
  const bare = callBare(node.network, peer?.peerId ?? '', node.registry.callable(id), params);
  const control = await load(bare, [served], 4_000, atOnce);
  await node.stop();
  served.child.disconnect();
  return [
    atMost('relay.half-load-p99', at(half, 0.99) / at(half, 0.5), '× p50, handler of 5 ms', 3),
    measured('relay.half-load-p50', at(half, 0.5), 'ms'),
    measured('relay.half-load-p99-bare', at(control, 0.99) / at(control, 0.5), '× p50, with empty checks'),
  ];
}

/** Three nodes of one provider: one is sound, one ten times slower, one fails every second call. */
async function measureChoice(): Promise<Figure[]> {
  const root = Array.from({ length: 32 }, (_, index) => index);
  const sound = await serve({ delayMs: 5, root: root.map((byte) => byte + 1) });
  const alone = await consume([sound]);
  const healthy = await load(relayed(alone), [sound], 1_500, 8);
  await alone.node.stop();
  sound.child.disconnect();
  const served = await Promise.all([
    serve({ delayMs: 5, root }),
    serve({ delayMs: 50, root }),
    serve({ delayMs: 5, failing: 0.5, root }),
  ]);
  const scene = await consume(served);
  await load(relayed(scene), served, 300, 8);
  const mixed = await load(relayed(scene), served, 3_000, 8);
  await scene.node.stop();
  for (const { child } of served) child.disconnect();
  return [
    atLeast(
      'relay.choice-success',
      (1 - mixed.failed / 3_000) * 100,
      '% with one slow and one failing node',
      99.9,
    ),
    atMost('relay.choice-p95', at(mixed, 0.95) / at(healthy, 0.95), '× of the sound node alone', 1.3),
  ];
}
