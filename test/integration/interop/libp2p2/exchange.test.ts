/** Nodes on libp2p 3 and 2, with two different implementations of gossipsub, exchange signed entries and calls. */
import { type ChildProcess, fork } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { ENTRY_TYPE, storedEntry } from '#shared/features/registry/entry.ts';
import { fromHex, fromUtf8, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';

interface Ready {
  providerId: string;
  peerId: string;
  address: string;
  /** Hex of an entry that it signed. */
  entry: string;
}

interface Told {
  ready?: Ready;
  met?: string;
  heard?: string;
  title?: string;
  refused?: string;
  echo?: string;
  fault?: string;
}

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startElder() {
  const child: ChildProcess = fork(new URL('./node.ts', import.meta.url), { execArgv: [] });
  closing.push(() => child.kill('SIGKILL'));
  const told: Told[] = [];
  child.on('message', (message: Told) => void told.push(message));
  const ready = (await until(() => told.find((one) => one.ready)?.ready)) as Ready;
  return { ...ready, told, say: (message: object) => void child.send(message) };
}

async function startOurs(): Promise<MeshNode> {
  const node = await startMeshNode();
  closing.push(() => node.stop());
  return node;
}

const keyOf = (node: { providerId: string; peerId: string }, server: string) =>
  `${node.providerId}/${node.peerId}/${server}`;

/** Said again until it arrives: a mesh of gossip takes a heartbeat to form, and forgets nothing by repetition. */
async function sayUntil(say: () => void, holds: () => unknown): Promise<void> {
  for (;;) {
    say();
    for (let tries = 0; tries < 25; tries++) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

it.each(['theirs', 'ours'] as const)('entries go both ways where the connection is %s', async (dialler) => {
  const [ours, elder] = await Promise.all([startOurs(), startElder()]);
  if (dialler === 'theirs') elder.say({ dial: ours.address() });
  else await ours.network.dial(elder.address);
  await until(
    () => elder.told.some(({ met }) => met === ours.providerId) && ours.network.peers().length === 1,
  );
  expect(ours.network.peers()[0]).toMatchObject({
    providerId: elder.providerId,
    agent: 'libp2p-2',
    version: 1,
    features: [],
    carrier: { transport: 'tcp', encryption: 'noise' },
  });

  await sayUntil(
    () => elder.say({ publish: elder.entry }),
    () => ours.records.get(ENTRY_TYPE, keyOf(elder, 'elder')),
  );
  const stored = ours.records.get(ENTRY_TYPE, keyOf(elder, 'elder'));
  // The bytes that were received are the bytes that are kept.
  expect(toHex(stored?.bytes ?? new Uint8Array())).toBe(elder.entry);
  expect(storedEntry(stored?.bytes ?? new Uint8Array()).title).toBe('From libp2p 2');

  ours.addServer('echo', [echoTool]);
  ours.access.share({ server: 'echo', audience: { kind: 'everyone' }, offered: [echoTool], confirmed: true });
  let changes = 0;
  await sayUntil(
    () => ours.addServer('echo', [echoTool], [`said-${++changes}`]),
    () => elder.told.some(({ heard }) => heard === keyOf(ours, 'echo')),
  );
  expect(elder.told.filter(({ fault, refused }) => fault ?? refused)).toEqual([]);
});

it('what was altered on the way is refused with a reason, and calls work beside it', async () => {
  const [ours, elder] = await Promise.all([startOurs(), startElder()]);
  const refused: string[] = [];
  ours.records.on('refused', ({ reason }) => refused.push(reason));
  ours.network.serve('/toolswarm/echo/1', (payload) => utf8(`3: ${fromUtf8(payload)}`));
  await ours.network.dial(elder.address);
  const altered = fromHex(elder.entry);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  await sayUntil(
    () => elder.say({ publish: toHex(altered) }),
    () => refused.includes('kernel.bad_signature'),
  );
  expect(ours.records.get(ENTRY_TYPE, keyOf(elder, 'elder'))).toBeUndefined();
  expect(fromUtf8(await ours.network.call(elder.peerId, '/toolswarm/echo/1', utf8('hello')).response)).toBe(
    '2: hello',
  );
  await until(() => elder.told.some(({ met }) => met === ours.providerId));
  elder.say({ call: ours.peerId });
  await until(() => elder.told.some(({ echo }) => echo === '3: hello'));
});
