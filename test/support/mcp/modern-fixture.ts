/** A server of the modern era on the v2 SDK, with one tool for each thing that a gateway must pass through. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CallToolResult,
  inputRequired,
  type InputRequiredResult,
  type LoggingLevel,
  ProtocolError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';

type Arguments = Record<string, string>;
type Answer = CallToolResult | InputRequiredResult;

const OBJECT = { type: 'object' as const, properties: {} };

/** What all instances of one fixture share: an HTTP server makes one for each request. */
export interface ModernFacts {
  cancelled: number;
  calls: number;
  extraTools: string[];
}

export const createModernFacts = (): ModernFacts => ({ cancelled: 0, calls: 0, extraTools: [] });

export interface ModernNews {
  toolsChanged(): void;
  resourceUpdated(uri: string): void;
}

const TOOLS = [
  {
    name: 'echo',
    inputSchema: { type: 'object' as const, properties: { message: { type: 'string' } } },
    'x-unknown': { kept: true },
  },
  {
    name: 'région',
    inputSchema: {
      type: 'object' as const,
      properties: { place: { type: 'string', 'x-mcp-header': 'Place' } },
    },
  },
  {
    name: 'structured',
    inputSchema: OBJECT,
    outputSchema: { type: 'object' as const, properties: { sum: { type: 'number' } } },
  },
  { name: 'tool-error', inputSchema: OBJECT },
  { name: 'rpc-error', inputSchema: OBJECT },
  {
    name: 'slow',
    inputSchema: {
      type: 'object' as const,
      properties: { steps: { type: 'number' }, stepMs: { type: 'number' } },
    },
  },
  { name: 'envelope', description: 'Returns what it was told of the client.', inputSchema: OBJECT },
  { name: 'ask', inputSchema: { type: 'object' as const, properties: { method: { type: 'string' } } } },
  { name: 'endless', description: 'Asks again and again.', inputSchema: OBJECT },
  { name: 'log', inputSchema: { type: 'object' as const, properties: { level: { type: 'string' } } } },
  { name: 'add-tool', inputSchema: { type: 'object' as const, properties: { name: { type: 'string' } } } },
  { name: 'touch', inputSchema: { type: 'object' as const, properties: { uri: { type: 'string' } } } },
  { name: 'facts', inputSchema: OBJECT },
];

const text = (value: unknown) => ({
  content: [{ type: 'text' as const, text: typeof value === 'string' ? value : JSON.stringify(value) }],
});

function inputFor(method: string) {
  if (method === 'sampling/createMessage')
    return inputRequired.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'why?' } }],
      maxTokens: 10,
    });
  if (method === 'roots/list') return inputRequired.listRoots();
  return inputRequired.elicit({
    message: 'Who?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
  });
}

/** A new instance; `news` reaches subscribed clients. */
export function createModernFixture(facts: ModernFacts, news: (server: Server) => ModernNews): Server {
  const server = new Server(
    { name: 'modern-fixture', version: '2.0.0', title: 'Modern fixture' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: {},
        resources: { subscribe: true, listChanged: true },
        logging: {},
      },
      instructions: 'Use it in tests.',
    },
  );
  server.setRequestHandler('tools/list', () => ({
    tools: [...TOOLS, ...facts.extraTools.map((name) => ({ name, inputSchema: OBJECT }))],
  }));
  server.setRequestHandler('prompts/list', () => ({ prompts: [{ name: 'greet' }] }));
  server.setRequestHandler('resources/list', () => ({ resources: [{ uri: 'test://one', name: 'one' }] }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('resources/read', ({ params }) => ({
    contents: [{ uri: params.uri, text: 'content' }],
  }));
  const handlers: Record<string, (args: Arguments, context: ServerContext) => Promise<Answer> | Answer> = {
    echo: ({ message }) => ({ ...text(`Echo: ${message}`), 'x-extra': 'kept' }),
    région: ({ place }) => text(`in ${place}`),
    structured: () => ({ ...text('{"sum":3}'), structuredContent: { sum: 3 } }),
    'tool-error': () => ({ ...text('it went wrong'), isError: true }),
    'rpc-error': () => {
      throw new ProtocolError(-32_050, 'a special error', { reason: 'because' });
    },
    async slow({ steps = '3', stepMs = '20' }, { mcpReq }) {
      for (let step = 1; step <= Number(steps); step += 1) {
        await delay(Number(stepMs));
        if (mcpReq.signal.aborted) {
          facts.cancelled += 1;
          break;
        }
        const progressToken = mcpReq._meta?.progressToken;
        const params = { progress: step, total: Number(steps) };
        if (progressToken !== undefined)
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, ...params } });
      }
      return text(`done after ${steps}`);
    },
    envelope: (_args, { mcpReq }) => text({ ...mcpReq.envelope, meta: mcpReq._meta }),
    ask({ method }, { mcpReq }) {
      const answer = mcpReq.inputResponses?.['question'];
      if (answer !== undefined) return text({ answer, state: mcpReq.requestState() });
      return inputRequired({
        inputRequests: { question: inputFor(String(method)) },
        requestState: 'state-1',
      });
    },
    endless: () =>
      inputRequired({ inputRequests: { question: inputFor('roots/list') }, requestState: 'again' }),
    async log({ level }, { mcpReq }) {
      await mcpReq.log(level as LoggingLevel, { said: level }, 'fixture');
      return text('logged');
    },
    'add-tool'({ name }) {
      facts.extraTools.push(String(name));
      news(server).toolsChanged();
      return text('added');
    },
    touch({ uri }) {
      news(server).resourceUpdated(String(uri));
      return text('touched');
    },
    facts: () => text({ ...facts, pid: process.pid }),
  };

  server.setRequestHandler('tools/call', ({ params }, context) => {
    const handler = handlers[params.name];
    if (!handler) throw new ProtocolError(-32_602, `Unknown tool ${params.name}`);
    facts.calls += 1;
    return handler((params.arguments ?? {}) as Arguments, context);
  });
  return server;
}
