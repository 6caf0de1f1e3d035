/** Servers that stay in the sandbox and work there: MCP over pipes, Python, declared hosts, what was denied. */
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findOnPath } from '#main/features/packages/install/runtime.ts';
import { createSandbox, type Sandbox } from '#main/features/packages/sandbox/index.ts';
import {
  type ConfinedPrograms,
  createConfinedPrograms,
  LIMITS,
  type Running,
  sandboxDeps,
  whetherConfined,
} from '#test/support/packages/confined.ts';

const { isLeftOut, why } = await whetherConfined();
const python = findOnPath(['python3'], process.env['PATH'] ?? '');
const require = createRequire(import.meta.url);

describe.skipIf(isLeftOut)(`servers in the sandbox${why}`, () => {
  let programs: ConfinedPrograms;
  /** Answers for every host, as the proxy of a company would: no name is looked up here. */
  let gateway: Server;
  let sandbox: Sandbox;
  const asked: string[] = [];

  beforeAll(async () => {
    programs = await createConfinedPrograms();
    gateway = createServer((_, response) => response.end('from outside'));
    gateway.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      gateway.emit('connection', socket);
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const { port } = gateway.address() as AddressInfo;
    sandbox = createSandbox(sandboxDeps, { parentProxy: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await programs.close();
    await sandbox.close();
    gateway.close();
  });

  const get = (url: string) =>
    `const answer = await fetch('${url}').then(async (r) => r.status + ' ' + await r.text(), (e) => 'failed ' + (e.cause?.code ?? e.message)); console.log(answer);`;

  it('reach the hosts that were declared, by name, pattern and port', async () => {
    const hosts = ['api.example.com', '*.example.net', 'port.example.com:8080'];
    const urls = ['http://api.example.com/a', 'http://deep.example.net/b', 'http://port.example.com:8080/c'];
    const { denials, text } = await programs.run(urls.map((url) => `{ ${get(url)} }`).join('\n'), {
      hosts,
      sandbox,
    });
    expect(text.split('\n')).toEqual(Array(3).fill('200 from outside'));
    expect(asked).toEqual(['api.example.com:80', 'deep.example.net:80', 'port.example.com:8080']);
    expect(denials).toEqual([]);
  });

  it.each([
    ['http://undeclared.example.org/', 'undeclared.example.org:80'],
    ['http://api.example.com.evil.org/', 'api.example.com.evil.org:80'],
    ['http://example.net/', 'example.net:80'],
    ['http://port.example.com:8081/', 'port.example.com:8081'],
    ['http://192.0.2.7/', '192.0.2.7:80'],
    ['https://undeclared.example.org/', 'undeclared.example.org:443'],
  ])('do not reach another: %s, and it is told', async (url, what) => {
    asked.length = 0;
    const hosts = ['api.example.com', '*.example.net', 'port.example.com:8080'];
    const { denials, text } = await programs.run(get(url), { hosts, sandbox });
    expect(text).not.toContain('from outside');
    expect(asked).toEqual([]);
    expect(denials[0]).toMatchObject({ kind: 'network', what: expect.stringContaining(what) as string });
  });

  it('do not reach this machine under a name that means it, though it was declared', async () => {
    asked.length = 0;
    const { port } = gateway.address() as AddressInfo;
    // As a program asks that means to get out: Node's own client goes nowhere near a proxy for such names.
    const script = `
      import http from 'node:http';
      const proxy = new URL(process.env.HTTP_PROXY);
      const basic = Buffer.from(decodeURIComponent(proxy.username) + ':' + proxy.password).toString('base64');
      const headers = { 'proxy-authorization': 'Basic ' + basic };
      http.request({ host: 'localhost', port: proxy.port, method: 'CONNECT', path: 'node.localhost:${port}', headers })
        .on('connect', ({ statusCode }, socket) => { console.log(statusCode); socket.destroy(); })
        .on('response', ({ statusCode }) => console.log(statusCode))
        .on('error', ({ code }) => console.log(code)).end();`;
    const { denials, text } = await programs.run(script, { hosts: ['node.localhost'], sandbox });
    expect(text).toBe('403');
    expect(asked).toEqual([]);
    expect(denials[0]).toMatchObject({ kind: 'network' });
  });

  it('reach nothing by what another one declared', async () => {
    asked.length = 0;
    const other = await programs.start(`setInterval(() => {}, 1000);`, {
      hosts: ['api.example.com'],
      sandbox,
    });
    const { denials, text } = await programs.run(get('http://api.example.com/'), {
      hosts: ['b.example.com'],
      sandbox,
    });
    expect(text).not.toContain('from outside');
    expect(asked).toEqual([]);
    expect(denials).toHaveLength(1);
    expect(other.denials).toEqual([]);
    await other.end();
  });

  it('speak MCP, as somebody wrote them', async () => {
    const server = require.resolve('@modelcontextprotocol/server-memory/dist/index.js');
    const modules = server.slice(0, server.lastIndexOf('node_modules') + 'node_modules'.length);
    const running = await programs.start(
      `process.env.MEMORY_FILE_PATH = process.cwd() + '/memory.jsonl'; await import(${JSON.stringify(server)});`,
      { read: [modules] },
    );
    const replies = createInterface({ input: running.child.stdout })[Symbol.asyncIterator]();
    const send = (message: object) =>
      running.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const ask = async (id: number, method: string, params: object) => {
      send({ id, method, params });
      const { value } = (await replies.next()) as { value: string };
      return JSON.parse(value) as { id: number; result: Record<string, unknown> };
    };
    const hello = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    };
    expect((await ask(1, 'initialize', hello)).result['serverInfo']).toBeDefined();
    send({ method: 'notifications/initialized' });
    const entities = [{ name: 'a', entityType: 'b', observations: ['c'] }];
    const created = await ask(2, 'tools/call', { name: 'create_entities', arguments: { entities } });
    expect(created.id).toBe(2);
    expect(created.result['isError'] ?? false).toBe(false);
    const graph = await ask(3, 'tools/call', { name: 'read_graph', arguments: {} });
    expect(JSON.stringify(graph.result)).toContain('observations');
    expect(await readdir(running.data)).toEqual(['memory.jsonl']);
    await running.end();
  });

  it.runIf(python)(`run Python${python ? '' : ' (there is none)'}`, async () => {
    const script = `
import json, os, ssl, sqlite3, tempfile
with tempfile.NamedTemporaryFile() as file: file.write(b'x')
try: denied = open('/etc/shadow').read()
except OSError as error: denied = type(error).__name__
try: grown = len(bytearray(2 << 30))
except MemoryError: grown = 'MemoryError'
print(json.dumps({'denied': denied, 'grown': grown, 'home': os.listdir(os.path.expanduser('~'))}))`;
    const { text, words } = await programs.run(script, { command: python ?? '', file: 'main.py' });
    expect(words).toBe('');
    expect(JSON.parse(text)).toMatchObject({ grown: 'MemoryError', home: [] });
    expect((JSON.parse(text) as { denied: string }).denied).toMatch(/NotFound|Permission/);
  });

  it('end with their descendants, and what was made for them goes', async () => {
    const running: Running = await programs.start(
      `import { spawn } from 'node:child_process'; spawn('/bin/sleep', ['1000'], { detached: true }); console.log('up'); setInterval(() => {}, 1000);`,
      { limits: LIMITS },
    );
    await new Promise((resolve) => running.child.stdout.once('data', resolve));
    await running.end();
    await running.end();
    expect(() => process.kill(running.child.pid, 0)).toThrow(
      expect.objectContaining({ code: 'ESRCH' }) as Error,
    );
  });

  it('end when the node is killed', async () => {
    const folder = join(programs.root, 'doomed');
    for (const name of ['program', 'data']) await mkdir(join(folder, name), { recursive: true });
    const beat = join(folder, 'data', 'beat');
    const script = `import fs from 'node:fs'; const beat = () => fs.writeFileSync('beat', String(Date.now())); beat(); setInterval(beat, 20); console.log('up');`;
    await writeFile(join(folder, 'program', 'main.mjs'), script);
    const doomed = fileURLToPath(new URL('../../support/packages/doomed-sandbox.ts', import.meta.url));
    const node = spawn(process.execPath, [doomed, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(node.stdout, 'data');
    node.kill('SIGKILL');
    await once(node, 'close');
    // Its output is closed with it: nobody is left who could write. The system may need a moment to end the rest.
    await vi.waitFor(async () => {
      const last = await readFile(beat, 'utf8');
      await setTimeout(100);
      expect(await readFile(beat, 'utf8')).toBe(last);
    }, 5_000);
  });
});
