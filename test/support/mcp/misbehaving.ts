/**
 * A server that speaks just enough MCP to misbehave: `node misbehaving.ts MODE`. Written by hand, because no SDK would
 * do any of this.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [mode = ''] = process.argv.slice(2);
const write = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

if (mode === 'exit') {
  process.stderr.write('cannot find my configuration\n');
  process.exit(3);
}
if (mode === 'garbage')
  process.stdout.write(
    'Welcome to the server!\n\u0000\u0001{"half": \n[1,2,3]\n{"jsonrpc":"2.0","id":99999,"result":{}}\n',
  );
if (mode === 'stubborn') {
  process.on('SIGTERM', () => undefined);
  // A child in a group of its own, as browsers are started.
  const child = spawn(
    process.execPath,
    ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'],
    { detached: true, stdio: 'ignore' },
  );
  process.stderr.write(`child ${child.pid}\n`);
  setInterval(() => undefined, 1_000);
}
if (mode === 'stderr') setInterval(() => process.stderr.write(`${'noise '.repeat(2_000)}\n`.repeat(20)), 1);

function flood(): void {
  while (
    process.stdout.write(
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n',
    )
  );
  process.stdout.once('drain', flood);
}

/** What was asked to be kept. */
const hoard: Buffer[] = [];

function burn(ms: number): void {
  const until = process.cpuUsage().user + ms * 1_000;
  while (process.cpuUsage().user < until);
}

function call(id: number, name: string, args: Record<string, unknown>): void {
  if (name === 'die') process.kill(process.pid, 'SIGKILL');
  else if (name === 'flood') flood();
  else if (name === 'big')
    write({
      jsonrpc: '2.0',
      id,
      result: { content: [{ type: 'text', text: 'x'.repeat(Number(args['bytes'])) }] },
    });
  else if (name === 'silence') return;
  else if (name === 'hoard') hoard.push(Buffer.alloc(Number(args['mib']) << 20, 1));
  else {
    if (name === 'burn') burn(Number(args['ms']));
    write({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: String(process.pid) }] } });
  }
}

if (mode !== 'hang')
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'initialize')
      write({
        jsonrpc: '2.0',
        id,
        result: {
          protocolVersion: mode === 'future' ? '2099-01-01' : params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: mode, version: '1' },
        },
      });
    else if (method === 'tools/list')
      write({
        jsonrpc: '2.0',
        id,
        result: {
          tools: [tool('pid'), tool('die'), tool('flood'), tool('big'), tool('silence'), { nameless: true }],
        },
      });
    else if (method === 'tools/call') call(id, params.name, params.arguments ?? {});
    else if (id !== undefined && method)
      write({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
  });
else setInterval(() => undefined, 1_000);
