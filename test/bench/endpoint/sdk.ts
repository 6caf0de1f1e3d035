/** What a call costs through the clients of the SDKs, whose own share is the larger one. */
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { medianLatency } from '../support/load.ts';

const INFO = { name: 'bench', version: '1' };
const ECHO = { name: 'echo_echo', arguments: { message: 'x'.repeat(1_000) } };

/** p50 in ms by client. */
export async function sdkLatencies(
  at: { url: string; token: string },
  calls: number,
): Promise<Map<string, number>> {
  const url = new URL(at.url);
  const requestInit = { headers: { Authorization: `Bearer ${at.token}` } };
  const found = new Map<string, number>();

  const legacy = new Client(INFO);
  await legacy.connect(new LegacyTransport(url, { requestInit }) as never);
  found.set('SDK v1', (await medianLatency(() => legacy.callTool(ECHO), calls)) / 1_000);
  await legacy.close();

  for (const mode of ['legacy', 'auto'] as const) {
    const client = new ModernClient(INFO, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    const name = mode === 'auto' ? 'SDK v2, modern' : 'SDK v2, legacy';
    found.set(name, (await medianLatency(() => client.callTool(ECHO), calls)) / 1_000);
    await client.close();
  }
  return found;
}
