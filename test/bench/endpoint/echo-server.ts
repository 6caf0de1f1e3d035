/**
 * The server that everything is measured with, on the v1 SDK: `echo`, and as many further tools as the first argument
 * says. With a second argument it serves Streamable HTTP and prints its port, without one its standard streams.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [, , more = '0', transport = 'stdio'] = process.argv;

const echo = {
  name: 'echo',
  description: 'Says it again.',
  inputSchema: {
    type: 'object' as const,
    properties: { message: { type: 'string' } },
    required: ['message'],
  },
};

const tools = [
  echo,
  ...Array.from({ length: Number(more) }, (_, at) => ({
    name: `tool_${at}`,
    description: `The tool with the number ${at}, described in a sentence of the usual length.`,
    inputSchema: {
      type: 'object' as const,
      properties: { text: { type: 'string' }, count: { type: 'number' } },
    },
  })),
];

function createEcho(): Server {
  const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
    content: [{ type: 'text', text: String(params.arguments?.['message']) }],
  }));
  return server;
}

async function serveHttp(json: boolean): Promise<void> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const id = req.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (known) return known.handleRequest(req, res);
    const opened = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: json,
      onsessioninitialized: (session) => void sessions.set(session, opened),
    });
    await createEcho().connect(opened as never);
    return opened.handleRequest(req, res);
  };
  const http = createServer((req, res) => void handle(req, res));
  http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port));
}

if (transport === 'stdio') await createEcho().connect(new StdioServerTransport());
else await serveHttp(transport === 'json');
