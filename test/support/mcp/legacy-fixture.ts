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
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';

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

type Asked = Parameters<Server['request']>[0];

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
  const anything = {
    parse: (value: unknown) => value,
    safeParse: (data: unknown) => ({ success: true, data }),
  };
  const text = (value: unknown) => ({
    content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
  });

  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const start = Number(params?.cursor ?? 0);
    const page = tools.slice(start, start + 5);
    return { tools: page, ...(start + 5 < tools.length ? { nextCursor: String(start + 5) } : {}) } as never;
  });

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const args = (params.arguments ?? {}) as Record<string, never>;
    facts.calls += 1;
    switch (params.name) {
      case 'echo':
        return { ...text(`Echo: ${String(args['message'])}`), 'x-extra': 'kept' };
      case 'structured':
        return { ...text('{"sum":3}'), structuredContent: { sum: 3 } };
      case 'tool-error':
        return { ...text('it went wrong'), isError: true };
      case 'rpc-error':
        throw new McpError(-32_050 as ErrorCode, 'a special error', { reason: 'because' });
      case 'slow': {
        const steps = Number(args['steps'] ?? 3);
        extra.signal.addEventListener('abort', () => facts.cancelled.push(extra.requestId));
        for (let step = 1; step <= steps; step += 1) {
          await delay(Number(args['stepMs'] ?? 20), undefined, { signal: extra.signal });
          const progressToken = params._meta?.progressToken;
          if (progressToken !== undefined)
            await extra.sendNotification({
              method: 'notifications/progress',
              params: { progressToken, progress: step, total: steps, 'x-step': step } as never,
            });
        }
        return text(`done after ${steps}`);
      }
      case 'meta':
        return text(params._meta ?? null);
      case 'ask': {
        const method = String(args['method']);
        const answer = await extra.sendRequest(
          { method, params: ASKS[method] } as Asked as never,
          anything as unknown as z.ZodType as never,
        );
        return text(answer);
      }
      case 'log':
        await extra.sendNotification({
          method: 'notifications/message',
          params: { level: args['level'], logger: 'fixture', data: { said: args['level'] } },
        });
        return text('logged');
      case 'add-tool':
        tools.push({ name: String(args['name']), inputSchema: OBJECT });
        await server.sendToolListChanged();
        return text('added');
      case 'touch':
        await server.sendResourceUpdated({ uri: String(args['uri']) });
        return text('touched');
      case 'facts':
        return text({
          ...facts,
          capabilities: server.getClientCapabilities(),
          client: server.getClientVersion(),
          pid: process.pid,
        });
      case 'env':
        return text(process.env);
      case 'big':
        return text('x'.repeat(Number(args['bytes'])));
      default:
        throw new McpError(ErrorCode.InvalidParams, `Unknown tool ${params.name}`);
    }
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
