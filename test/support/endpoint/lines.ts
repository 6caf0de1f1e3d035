/** One end of a newline-delimited JSON-RPC conversation: a socket, or a process's stdio. */
import { connect, type Socket } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { runBridge } from '#main/features/endpoint/bridge.ts';
import { rpc } from './http.ts';

export interface LineClient {
  say(message: JsonObject | readonly JsonObject[] | string): void;
  /** The next message that fits, from all that came or will come; each is taken once. */
  next(fits?: (message: JsonObject) => boolean): Promise<JsonObject>;
  /** Sends a request and resolves with its answer. */
  request(method: string, params?: JsonObject): Promise<JsonObject>;
  initialize(capabilities?: JsonObject): Promise<JsonObject>;
  /** Messages that nobody took. */
  readonly unread: JsonObject[];
  close(): void;
}

export function createLineClient(input: Writable, output: Readable, close: () => void): LineClient {
  const unread: JsonObject[] = [];
  const waiting: { fits: (message: JsonObject) => boolean; take: (message: JsonObject) => void }[] = [];
  let rest = '';
  let count = 0;

  output.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) arrive(JSON.parse(line) as JsonObject);
  });

  function arrive(message: JsonObject): void {
    const at = waiting.findIndex(({ fits }) => fits(message));
    if (at < 0) unread.push(message);
    else waiting.splice(at, 1)[0]?.take(message);
  }

  const client: LineClient = {
    say: (message) =>
      void input.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    next(fits = () => true) {
      const at = unread.findIndex(fits);
      if (at >= 0) return Promise.resolve(unread.splice(at, 1)[0] as JsonObject);
      return new Promise((take) => waiting.push({ fits, take }));
    },
    request(method, params) {
      const id = `r${(count += 1)}`;
      client.say(rpc(id, method, params));
      return client.next((message) => message['id'] === id && message['method'] === undefined);
    },
    async initialize(capabilities = {}) {
      const clientInfo = { name: 'line client', version: '1' };
      const answer = await client.request('initialize', {
        protocolVersion: '2025-11-25',
        capabilities,
        clientInfo,
      });
      client.say({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return answer;
    },
    unread,
    close,
  };
  return client;
}

export async function connectSocket(path: string): Promise<LineClient & { socket: Socket }> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return Object.assign(
    createLineClient(socket, socket, () => socket.destroy()),
    { socket },
  );
}

export interface BridgeClient extends LineClient {
  /** Resolves when the bridge has ended. */
  ended: Promise<void>;
  /** What it said on stderr. */
  complaints(): string;
}

/** A client behind a bridge that runs in this process. `close` ends its input. */
export function startBridge(
  socketPath: string,
  options: { profile?: string; graceMs?: number; signal?: AbortSignal } = {},
): BridgeClient {
  const input = new PassThrough();
  const output = new PassThrough();
  const errors = new PassThrough();
  let complaints = '';
  errors.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const ended = runBridge({ socketPath, input, output, errors, graceMs: 300, ...options });
  const client = createLineClient(input, output, () => input.end());
  return Object.assign(client, { ended, complaints: () => complaints });
}
