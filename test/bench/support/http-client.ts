/** A raw keep-alive HTTP client for MCP: as little of our own CPU as Node allows, so that the server's cost shows. */
import { Agent, request } from 'node:http';

export interface RawMcpClient {
  call(method: string, params: object): Promise<unknown>;
  close(): void;
}

/** Opens a 2025-11-25 session over `sockets` kept-alive connections. */
export async function connectRaw(
  url: string,
  token: string | undefined,
  sockets: number,
): Promise<RawMcpClient> {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const target = new URL(url);
  const session: { id?: string } = {};
  let lastId = 0;

  function post(message: object): Promise<{ headers: NodeJS.Dict<string | string[]>; body: string }> {
    const body = Buffer.from(JSON.stringify(message));
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent,
          host: target.hostname,
          port: target.port,
          path: target.pathname,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'content-length': body.length,
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...(session.id ? { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' } : {}),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async function call(method: string, params: object): Promise<unknown> {
    const { body } = await post({ jsonrpc: '2.0', id: ++lastId, method, params });
    const text = body.startsWith('{') ? body : /^data: (.*)$/m.exec(body)?.[1];
    const message = JSON.parse(text ?? '{}') as { result?: unknown; error?: unknown };
    if (message.result === undefined) throw new Error(`${method} failed: ${body.slice(0, 500)}`);
    return message.result;
  }

  const clientInfo = { name: 'bench', version: '1' };
  const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const { headers } = await post({ jsonrpc: '2.0', id: ++lastId, method: 'initialize', params: opening });
  session.id = headers['mcp-session-id'] as string;
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return { call, close: () => agent.destroy() };
}
