/** Raw MCP clients for the transports that the measured servers have. */
import { openEvents, openRaw, postText, type RawConnection } from './wire.ts';

/** Calls a tool or lists; many calls may run at a time, up to the connections that were opened. */
export interface BenchClient {
  call(): Promise<void>;
  /** `tools/list`; resolves with the bytes of the answer. */
  list(): Promise<number>;
  close(): void;
}

export interface Target {
  url: string;
  token?: string;
  /** Name of the echo tool there. */
  tool: string;
}

const ACCEPT = { Accept: 'application/json, text/event-stream' };
const MESSAGE = 'x'.repeat(1_000);

const callBody = (id: number, tool: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":{"message":"${MESSAGE}"}}}`;

const initializeBody = (version: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"${version}","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`;

/** Streamable HTTP, revision 2025-11-25, with a session. */
export async function connectStreamable(
  { url: text, token, tool }: Target,
  connections: number,
): Promise<BenchClient> {
  const url = new URL(text);
  const base = { ...ACCEPT, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const idle: RawConnection[] = await Promise.all(Array.from({ length: connections }, () => openRaw(url)));
  const all = [...idle];
  const first = idle[0] as RawConnection;
  const opened = await first.send(postText(url, base, initializeBody('2025-11-25')));
  const session = /\r\nmcp-session-id: ([^\r]+)/i.exec(opened.headers)?.[1];
  const version = /"protocolVersion":"([^"]+)"/.exec(opened.body)?.[1] ?? '2025-11-25';
  const headers = {
    ...base,
    'Mcp-Protocol-Version': version,
    ...(session ? { 'Mcp-Session-Id': session } : {}),
  };
  await first.send(postText(url, headers, '{"jsonrpc":"2.0","method":"notifications/initialized"}'));
  // Ids of one length make requests of one length, whose head is written once.
  let id = 1_000_000;

  async function exchange(body: string): Promise<string> {
    const connection = idle.pop();
    if (!connection) throw new Error('more calls at a time than connections');
    const { status, body: answer } = await connection.send(postText(url, headers, body));
    idle.push(connection);
    if (status !== 200 || !answer.includes('"result"'))
      throw new Error(`answered ${status}: ${answer.slice(0, 300)}`);
    return answer;
  }

  return {
    async call() {
      const answer = await exchange(callBody((id += 1), tool));
      if (!answer.includes(MESSAGE)) throw new Error(`no echo: ${answer.slice(0, 300)}`);
    },
    list: async () => (await exchange(`{"jsonrpc":"2.0","id":${(id += 1)},"method":"tools/list"}`)).length,
    close: () => all.forEach((connection) => connection.close()),
  };
}

/** The older transport: one stream of events, and a POST for each message. */
export async function connectSse({ url: text, tool }: Target, connections: number): Promise<BenchClient> {
  const answers = new Map<number, (answer: string) => void>();
  let id = 1_000_000;
  let resolveEndpoint: (path: string) => void = () => undefined;
  const endpoint = new Promise<string>((resolve) => {
    resolveEndpoint = resolve;
  });
  const events = await openEvents(new URL(text), (event, data) => {
    if (event === 'endpoint') return resolveEndpoint(data);
    const answered = Number(/"id":(\d+)/.exec(data.slice(0, 60) + data.slice(-60))?.[1]);
    answers.get(answered)?.(data);
    answers.delete(answered);
  });
  const url = new URL(await endpoint, text);
  const all = await Promise.all(Array.from({ length: connections }, () => openRaw(url)));
  const idle = [...all];

  async function post(body: string): Promise<void> {
    const connection = idle.pop();
    if (!connection) throw new Error('more calls at a time than connections');
    await connection.send(postText(url, ACCEPT, body));
    idle.push(connection);
  }

  async function exchange(at: number, body: string): Promise<string> {
    const answered = new Promise<string>((resolve) => answers.set(at, resolve));
    await post(body);
    const answer = await answered;
    if (!answer.includes('"result"')) throw new Error(`answered ${answer.slice(0, 300)}`);
    return answer;
  }

  await exchange(1, initializeBody('2024-11-05'));
  await post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return {
    async call() {
      id += 1;
      await exchange(id, callBody(id, tool));
    },
    async list() {
      id += 1;
      return (await exchange(id, `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`)).length;
    },
    close() {
      events.destroy();
      all.forEach((connection) => connection.close());
    },
  };
}

/** The bare HTTP server: what comes back is what was sent. */
export async function connectEcho(text: string, connections: number): Promise<BenchClient> {
  const url = new URL(text);
  const all = await Promise.all(Array.from({ length: connections }, () => openRaw(url)));
  const idle = [...all];
  return {
    async call() {
      const connection = idle.pop() as RawConnection;
      const { status } = await connection.send(postText(url, ACCEPT, callBody(1_000_000, 'echo')));
      idle.push(connection);
      if (status !== 200) throw new Error(`answered ${status}`);
    },
    list: () => Promise.resolve(0),
    close: () => all.forEach((connection) => connection.close()),
  };
}
