/** The clients that AI applications are built on, connected to the endpoint each in its own way. */
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { programPath, type WholeNode } from './whole-node.ts';

type Json = Record<string, unknown>;

export interface CallOptions {
  onprogress?: (progress: { progress: number; total?: number }) => void;
  signal?: AbortSignal;
}

/** What the scenarios need of a client, whatever SDK and transport is behind it. */
export interface AnyClient {
  tools(): Promise<string[]>;
  call(name: string, args?: Json, options?: CallOptions): Promise<Json>;
  prompt(name: string, args: Record<string, string>): Promise<Json>;
  read(uri: string): Promise<Json>;
  /** How it answers questions of the user. */
  onElicit: (message: string) => Json;
  /** Questions that it was asked. */
  readonly asked: string[];
  readonly logs: unknown[];
  /** Times that it was told of new tools. */
  readonly toolChanges: () => number;
  close(): Promise<void>;
}

export type ClientKind = 'v1 over HTTP' | 'v1 over stdio' | 'v2 legacy over HTTP' | 'v2 modern over HTTP';
export const CLIENT_KINDS: ClientKind[] = [
  'v1 over HTTP',
  'v1 over stdio',
  'v2 legacy over HTTP',
  'v2 modern over HTTP',
];

const INFO = { name: 'scenario', version: '1.0.0' };
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: { listChanged: true } };
const SAMPLED = {
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'sampled' },
  model: 'none',
};
const ROOTS = { roots: [{ uri: 'file:///root', name: 'root' }] };

export function connectClient(kind: ClientKind, node: WholeNode): Promise<AnyClient> {
  switch (kind) {
    case 'v1 over HTTP':
      return connectV1(new HttpV1(new URL(node.url), { requestInit: authorized(node) }));
    case 'v1 over stdio':
      return connectV1(
        new StdioClientTransport({
          command: process.execPath,
          args: [programPath('src-main/shells/cli/main.ts'), 'mcp', '--data-dir', node.dataDir],
          stderr: 'ignore',
        }),
      );
    case 'v2 legacy over HTTP':
      return connectV2(node, 'legacy');
    case 'v2 modern over HTTP':
      return connectV2(node, 'auto');
  }
}

const authorized = ({ token }: WholeNode): RequestInit => ({ headers: { Authorization: `Bearer ${token}` } });

async function connectV1(transport: HttpV1 | StdioClientTransport): Promise<AnyClient> {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
  const asked: string[] = [];
  const logs: unknown[] = [];
  let changes = 0;
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message);
    return any.onElicit(params.message) as never;
  });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void logs.push(params.data),
  );
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes += 1;
  });
  const any: AnyClient = {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (name, args = {}, options = {}) =>
      client.callTool({ name, arguments: args }, undefined, options as never) as Promise<Json>,
    prompt: (name, args) => client.getPrompt({ name, arguments: args }) as Promise<Json>,
    read: (uri) => client.readResource({ uri }) as Promise<Json>,
    onElicit: () => ({ action: 'decline' }),
    asked,
    logs,
    toolChanges: () => changes,
    close: () => client.close(),
  };
  await client.connect(transport as never);
  return any;
}

async function connectV2(node: WholeNode, mode: 'legacy' | 'auto'): Promise<AnyClient> {
  const asked: string[] = [];
  const logs: unknown[] = [];
  let changes = 0;
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    versionNegotiation: { mode },
    listChanged: {
      tools: {
        autoRefresh: false,
        onChanged: () => {
          changes += 1;
        },
      },
    },
  });
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return any.onElicit(params.message) as never;
  });
  client.setRequestHandler('sampling/createMessage', () => SAMPLED as never);
  client.setRequestHandler('roots/list', () => ROOTS);
  client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(params.data));
  const any: AnyClient = {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (name, args = {}, options = {}) =>
      client.callTool({ name, arguments: args }, options as never) as Promise<Json>,
    prompt: (name, args) => client.getPrompt({ name, arguments: args }) as Promise<Json>,
    read: (uri) => client.readResource({ uri }) as Promise<Json>,
    onElicit: () => ({ action: 'decline' }),
    asked,
    logs,
    toolChanges: () => changes,
    close: () => client.close(),
  };
  await client.connect(new HttpV2(new URL(node.url), { requestInit: authorized(node) }));
  return any;
}
