/** A whole call: AI client → endpoint of A → libp2p → B → MCP server, beside the parts it is made of. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createDaemons, eventually, program } from '../../support/daemon.ts';
import { connectRaw, type RawMcpClient } from '../support/http-client.ts';
import { median, medianLatency } from '../support/load.ts';
import { atMost, type Figure, measured, round, table } from '../support/report.ts';
import { PATHS, type PathName } from './paths.ts';

const PAYLOAD = new Uint8Array(1024).fill(7);
const MESSAGE = 'x'.repeat(1000);
const ROUNDS = 7;
const CALLS = 300;

export async function measureFullPath(): Promise<Figure[]> {
  const daemons = createDaemons();
  const server = fork(new URL('./server.ts', import.meta.url), { stdio: 'inherit' });
  try {
    const [addresses] = (await once(server, 'message')) as [Record<PathName, string>];
    const bare = await PATHS.bareTls.connect(addresses.bareTls);
    const b = await daemons.start();
    await b.command('servers', 'add', 'everything', '--', program('mcp-server-everything'));
    const a = await daemons.start({ bootstrap: [b.ready.addresses[0] as string] });
    await b.command('servers', 'share', 'everything', '--to', a.ready.providerId);
    const echo = await eventually(async () => {
      const { items } = await a.command<{ items: Array<{ id: string; name: string }> }>(
        'tools',
        'list',
        '--network',
      );
      return items.find(({ name }) => name === 'echo');
    });
    await a.command('tools', 'approve', echo.id);
    const remote = await connectRaw(a.ready.mcpUrl, a.ready.mcpToken, 1);
    const local = await connectRaw(b.ready.mcpUrl, b.ready.mcpToken, 1);
    const samples = await sample({ bare: () => bare(PAYLOAD), local: echoOf(local), remote: echoOf(remote) });
    remote.close();
    local.close();
    return figures(samples);
  } finally {
    server.disconnect();
    await daemons.close();
  }
}

const echoOf = (client: RawMcpClient) => () =>
  client.call('tools/call', { name: 'everything_echo', arguments: { message: MESSAGE } });

type Samples = Record<'bare' | 'local' | 'remote', number>;

/** The paths take turns; the first round warms up, the median of the others counts. */
async function sample(calls: Record<keyof Samples, () => Promise<unknown>>): Promise<Samples> {
  const rounds: Samples[] = [];
  for (let index = 0; index <= ROUNDS; index++) {
    const bare = await medianLatency(calls.bare, CALLS);
    const local = await medianLatency(calls.local, CALLS);
    const remote = await medianLatency(calls.remote, CALLS);
    if (index > 0) rounds.push({ bare, local, remote });
  }
  const middle = (name: keyof Samples) => median(rounds.map((one) => one[name]));
  return { bare: middle('bare'), local: middle('local'), remote: middle('remote') };
}

function figures({ bare, local, remote }: Samples): Figure[] {
  console.log('\nA tool call of 1 KiB over MCP, one at a time\n');
  console.log(
    table(
      ['path', 'p50 µs'],
      [
        ['bare libp2p stream', round(bare)],
        ['client → endpoint B → stdio server', round(local)],
        ['client → endpoint A → libp2p → B → stdio server', round(remote)],
      ],
    ),
  );
  return [
    atMost('relay.full-path-vs-parts', remote / (local + bare), '×', 1.2),
    measured('relay.full-path-p50', remote, 'µs'),
    measured('relay.local-path-p50', local, 'µs'),
  ];
}
