/** A server of the modern era on the v2 SDK, with one tool for each thing that a gateway must pass through. */
import { setTimeout as delay } from 'node:timers/promises';
import { inputRequired, ProtocolError, Server } from '@modelcontextprotocol/server';

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
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const args = (params.arguments ?? {}) as Record<string, string>;
    const { mcpReq } = context;
    facts.calls += 1;
    switch (params.name) {
      case 'echo':
        return { ...text(`Echo: ${args['message']}`), 'x-extra': 'kept' };
      case 'région':
        return text(`in ${args['place']}`);
      case 'structured':
        return { ...text('{"sum":3}'), structuredContent: { sum: 3 } };
      case 'tool-error':
        return { ...text('it went wrong'), isError: true };
      case 'rpc-error':
        throw new ProtocolError(-32_050, 'a special error', { reason: 'because' });
      case 'slow': {
        const steps = Number(args['steps'] ?? 3);
        for (let step = 1; step <= steps; step += 1) {
          await delay(Number(args['stepMs'] ?? 20));
          if (mcpReq.signal.aborted) {
            facts.cancelled += 1;
            break;
          }
          const progressToken = mcpReq._meta?.progressToken;
          if (progressToken !== undefined)
            await mcpReq.notify({
              method: 'notifications/progress',
              params: { progressToken, progress: step, total: steps },
            });
        }
        return text(`done after ${steps}`);
      }
      case 'envelope':
        return text({ ...mcpReq.envelope, meta: mcpReq._meta });
      case 'ask': {
        const answer = mcpReq.inputResponses?.['question'];
        if (answer === undefined)
          return inputRequired({
            inputRequests: { question: inputFor(String(args['method'])) },
            requestState: 'state-1',
          });
        return text({ answer, state: mcpReq.requestState() });
      }
      case 'endless':
        return inputRequired({ inputRequests: { question: inputFor('roots/list') }, requestState: 'again' });
      case 'log':
        await context.mcpReq.log(args['level'] as 'info', { said: args['level'] }, 'fixture');
        return text('logged');
      case 'add-tool':
        facts.extraTools.push(String(args['name']));
        news(server).toolsChanged();
        return text('added');
      case 'touch':
        news(server).resourceUpdated(String(args['uri']));
        return text('touched');
      case 'facts':
        return text({ ...facts, pid: process.pid });
      default:
        throw new ProtocolError(-32_602, `Unknown tool ${params.name}`);
    }
  });
  return server;
}
