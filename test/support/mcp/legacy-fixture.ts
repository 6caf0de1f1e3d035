/** A server of the older eras on the v1 SDK, with one tool for each thing that a gateway must pass through. */
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  ResultSchema,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';

const OBJECT = { type: 'object' as const, properties: {} };

const TOOLS = [
  {
    name: 'echo',
    description: 'Says it back.',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } } },
    'x-unknown': { kept: true },
  },
  {
    name: 'structured',
    inputSchema: OBJECT,
    outputSchema: { type: 'object', properties: { sum: { type: 'number' } } },
  },
  { name: 'tool-error', inputSchema: OBJECT },
  { name: 'rpc-error', inputSchema: OBJECT },
  {
    name: 'slow',
    inputSchema: { type: 'object', properties: { steps: { type: 'number' }, stepMs: { type: 'number' } } },
  },
  { name: 'meta', description: 'Returns the _meta it was called with.', inputSchema: OBJECT },
  { name: 'ask', inputSchema: { type: 'object', properties: { method: { type: 'string' } } } },
  { name: 'log', inputSchema: { type: 'object', properties: { level: { type: 'string' } } } },
  { name: 'add-tool', inputSchema: { type: 'object', properties: { name: { type: 'string' } } } },
  {
    name: 'touch',
    description: 'Says that a resource changed.',
    inputSchema: { type: 'object', properties: { uri: { type: 'string' } } },
  },
  {
    name: 'facts',
    description: 'What the server knows of its client and its requests.',
    inputSchema: OBJECT,
  },
  { name: 'env', inputSchema: OBJECT },
  { name: 'big', inputSchema: { type: 'object', properties: { bytes: { type: 'number' } } } },
];

const ASKS: Record<string, Record<string, unknown>> = {
  'sampling/createMessage': {
    messages: [{ role: 'user', content: { type: 'text', text: 'why?' } }],
    maxTokens: 10,
  },
  'elicitation/create': {
    message: 'Who?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
  },
  'roots/list': {},
};

type Arguments = Record<string, unknown>;

interface Call {
  meta: { progressToken?: string | number | undefined } | undefined;
  extra: RequestHandlerExtra<ServerRequest, ServerNotification>;
}

/** A new server; each connection needs its own. */
export function createLegacyFixture(): Server {
  const tools = [...TOOLS];
  const facts = { calls: 0, cancelled: [] as unknown[], subscribed: [] as string[], levels: [] as string[] };
  const server = new Server(
    { name: 'legacy-fixture', version: '1.2.3', title: 'Legacy fixture' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        logging: {},
        completions: {},
      },
      instructions: 'Use it in tests.',
    },
  );
  const text = (value: unknown) => ({
    content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
  });

  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const start = Number(params?.cursor ?? 0);
    const page = tools.slice(start, start + 5);
    return { tools: page, ...(start + 5 < tools.length ? { nextCursor: String(start + 5) } : {}) };
  });

  const handlers: Record<string, (args: Arguments, call: Call) => Promise<object> | object> = {
    echo: ({ message }) => ({ ...text(`Echo: ${String(message)}`), 'x-extra': 'kept' }),
    structured: () => ({ ...text('{"sum":3}'), structuredContent: { sum: 3 } }),
    'tool-error': () => ({ ...text('it went wrong'), isError: true }),
    'rpc-error': () => {
      throw new McpError(-32_050, 'a special error', { reason: 'because' });
    },
    async slow({ steps = 3, stepMs = 20 }, { meta, extra }) {
      extra.signal.addEventListener('abort', () => facts.cancelled.push(extra.requestId));
      for (let step = 1; step <= Number(steps); step += 1) {
        await delay(Number(stepMs), undefined, { signal: extra.signal });
        const progressToken = meta?.progressToken;
        const params = { progressToken, progress: step, total: Number(steps), 'x-step': step };
        if (progressToken !== undefined)
          await extra.sendNotification({ method: 'notifications/progress', params } as ServerNotification);
      }
      return text(`done after ${String(steps)}`);
    },
    meta: (_args, { meta }) => text(meta ?? null),
    async ask({ method }, { extra }) {
      const request = { method, params: ASKS[String(method)] } as ServerRequest;
      return text(await extra.sendRequest(request, ResultSchema));
    },
    async log({ level }, { extra }) {
      const params = { level, logger: 'fixture', data: { said: level } };
      await extra.sendNotification({ method: 'notifications/message', params } as ServerNotification);
      return text('logged');
    },
    async 'add-tool'({ name }) {
      tools.push({ name: String(name), inputSchema: OBJECT });
      await server.sendToolListChanged();
      return text('added');
    },
    async touch({ uri }) {
      await server.sendResourceUpdated({ uri: String(uri) });
      return text('touched');
    },
    facts: () =>
      text({
        ...facts,
        capabilities: server.getClientCapabilities(),
        client: server.getClientVersion(),
        pid: process.pid,
      }),
    env: () => text(process.env),
    big: ({ bytes }) => text('x'.repeat(Number(bytes))),
  };

  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const handler = handlers[params.name];
    if (!handler) throw new McpError(ErrorCode.InvalidParams, `Unknown tool ${params.name}`);
    facts.calls += 1;
    return handler(params.arguments ?? {}, { meta: params._meta, extra });
  });

  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: [{ name: 'greet', arguments: [{ name: 'who' }] }],
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello ${params.arguments?.['who']}` } }],
  }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: [{ uri: 'test://one', name: 'one' }],
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://{id}', name: 'any' }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
    contents: [{ uri: params.uri, text: 'content' }],
  }));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: ['alpha', 'beta'] } }));
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    facts.subscribed.push(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    facts.subscribed = facts.subscribed.filter((uri) => uri !== params.uri);
    return {};
  });
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    facts.levels.push(params.level);
    return {};
  });
  return server;
}
