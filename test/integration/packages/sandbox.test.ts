/** Programs that try to get out of the sandbox, and ones that stay. Real bubblewrap or seatbelt, real processes. */
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSandbox,
  type Denial,
  type Sandbox,
  type SandboxProfile,
} from '#main/features/packages/sandbox/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { createProcesses } from '#main/platform/processes.ts';
import { systemRandom } from '#main/platform/random.ts';

const SECRET = 'not-to-be-seen';
const deps = { clock: systemClock, random: systemRandom, log: silentLog };

describe('the sandbox', () => {
  let sandbox: Sandbox;
  let root: string;
  let outside: string;
  const processes = createProcesses({ clock: systemClock });

  beforeAll(async () => {
    sandbox = createSandbox(deps);
    root = await realpath(await mkdtemp(join(tmpdir(), 'sandbox-')));
    outside = join(root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), SECRET);
    process.env['TOOLSWARM_TEST_SECRET'] = SECRET;
  });
  afterAll(async () => {
    delete process.env['TOOLSWARM_TEST_SECRET'];
    await processes.close();
    await sandbox.close();
    await rm(root, { recursive: true, force: true });
  });

  let number = 0;
  /** Runs a script inside and gives what it printed. */
  async function inside(
    script: string,
    wish: Partial<SandboxProfile> & {
      env?: Record<string, string>;
      command?: string;
      asNobody?: boolean;
      sandbox?: Sandbox;
    } = {},
  ) {
    const { asNobody: _, command = process.execPath, env = {}, sandbox: used = sandbox, ...profile } = wish;
    number += 1;
    const program = join(root, `program-${number}`);
    const data = join(root, `data-${number}`);
    await mkdir(program);
    await mkdir(data);
    for (const folder of wish.asNobody ? [root, program, data] : []) await chmod(folder, 0o777);
    await writeFile(join(program, 'main.mjs'), script);
    const denials: Denial[] = [];
    const confined = await used.confine(
      {
        command,
        args:
          command === '/bin/sh'
            ? ['-c', `exec ${process.execPath} ${program}/main.mjs`]
            : [join(program, 'main.mjs')],
        cwd: data,
        env,
      },
      {
        ...{ program, data, read: [], write: [], hosts: [] },
        limits: { memoryBytes: 256 << 20, processes: 64, files: 256, fileBytes: 1 << 20 },
        ...profile,
      },
      (denial) => denials.push(denial),
    );
    // The kernel counts no processes of root; so somebody else runs it.
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', confined.spec.command];
    const child = await processes.spawn(
      wish.asNobody
        ? { ...confined.spec, command: '/usr/bin/setpriv', args: [...asNobody, ...confined.spec.args] }
        : confined.spec,
    );
    let text = '';
    let words = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const exit = await child.exited;
    await child.end();
    await confined.release();
    return { text: text.trim(), words, exit, denials, program, data };
  }

  /** Tries each expression and prints its value or the code of its failure. */
  const attempts = (tries: Record<string, string>) => `
    import fs from 'node:fs'; import net from 'node:net'; import os from 'node:os'; import child from 'node:child_process'; import dns from 'node:dns/promises';
    const connect = (...to) => new Promise((resolve) => { try { const s = net.connect(...to); s.on('connect', () => { s.destroy(); resolve('connected'); }); s.on('error', (e) => resolve(e.code)); } catch (e) { resolve(e.code); } });
    const tries = { ${Object.entries(tries)
      .map(([name, code]) => `${JSON.stringify(name)}: async () => (${code})`)
      .join(', ')} };
    const out = {};
    for (const [name, run] of Object.entries(tries)) { try { out[name] = await run(); } catch (e) { out[name] = e.code ?? e.message; } }
    console.log(JSON.stringify(out));`;
  const tried = async (tries: Record<string, string>, wish: Parameters<typeof inside>[1] = {}) => {
    const { text, words } = await inside(attempts(tries), wish);
    expect(words).toBe('');
    return JSON.parse(text) as Record<string, unknown>;
  };
  /** Without Node's own permissions, so that the wall behind them is tried. */
  const bare = (tries: Record<string, string>, wish: Parameters<typeof inside>[1] = {}) =>
    tried(tries, { ...wish, command: '/bin/sh', read: [...(wish.read ?? []), process.execPath] });

  it('is there on this machine', async () => {
    expect(await sandbox.status()).toMatchObject({ usable: true, kind: 'sandbox-runtime', problems: [] });
  });

  it('shows its program and its data, and lets it write there alone', async () => {
    const found = await bare(
      {
        reads: `fs.readdirSync(process.cwd()).length`,
        writes: `(fs.writeFileSync('mine', 'x'), fs.readFileSync('mine', 'utf8'))`,
        home: `process.env.HOME`,
        'writes its program': `fs.writeFileSync(process.argv[1] ?? '/', 'x')`,
        'writes the system': `fs.writeFileSync('/usr/bin/evil', 'x')`,
      },
      { env: { HOME: '/nowhere' } },
    );
    expect(found).toMatchObject({ reads: 0, writes: 'x', home: '/nowhere' });
    expect(found['writes the system']).toMatch(/EROFS|EACCES|EPERM/);
    const program = await bare(
      { it: `fs.writeFileSync(process.env.PROGRAM + '/main.mjs', 'x')` },
      { env: { PROGRAM: join(root, `program-${number + 1}`) } },
    );
    expect(program['it']).toMatch(/EROFS|EACCES|EPERM/);
  });

  it('hides everything else of the machine', async () => {
    const found = await bare({
      secret: `fs.readFileSync(${JSON.stringify(join(outside, 'secret'))}, 'utf8')`,
      shadow: `fs.readFileSync('/etc/shadow', 'utf8')`,
      passwd: `fs.readFileSync('/etc/passwd', 'utf8')`,
      home: `fs.readdirSync(${JSON.stringify(process.env['HOME'] ?? '/root')}).length`,
      homes: `fs.readdirSync('/home').length`,
      ours: `fs.readdirSync(${JSON.stringify(process.cwd())}).filter((name) => name !== 'node_modules').length`,
      others: `fs.readdirSync(${JSON.stringify(root)}).filter((name) => !/^(program|data)-/.test(name)).length`,
      sockets: `fs.readdirSync('/run').length + fs.readdirSync('/var').length`,
    });
    for (const name of ['secret', 'shadow', 'passwd']) expect(found[name]).toMatch(/ENOENT|EACCES/);
    for (const name of ['home', 'homes', 'ours', 'others', 'sockets'])
      expect([0, 'ENOENT', 'EACCES']).toContain(found[name]);
  });

  it('does not follow a link out of its data', async () => {
    const found = await bare({
      link: `(fs.symlinkSync(${JSON.stringify(join(outside, 'secret'))}, 'link'), fs.readFileSync('link', 'utf8'))`,
      'link to write': `(fs.symlinkSync('/usr/bin/evil', 'evil'), fs.writeFileSync('evil', 'x'))`,
    });
    expect(found['link']).toMatch(/ENOENT|EACCES/);
    expect(found['link to write']).toMatch(/EROFS|EACCES|EPERM|ENOENT/);
  });

  it('shows what was granted, and no more of it', async () => {
    const granted = join(root, 'granted');
    await mkdir(join(granted, 'sub'), { recursive: true });
    await writeFile(join(granted, 'file'), 'hello');
    await symlink(join(outside, 'secret'), join(granted, 'way-out'));
    const path = JSON.stringify(granted);
    const found = await bare(
      {
        read: `fs.readFileSync(${path} + '/file', 'utf8')`,
        write: `fs.writeFileSync(${path} + '/new', 'x')`,
        out: `fs.readFileSync(${path} + '/way-out', 'utf8')`,
      },
      { read: [granted] },
    );
    expect(found['read']).toBe('hello');
    expect(found['write']).toMatch(/EROFS|EACCES|EPERM/);
    expect(found['out']).toMatch(/ENOENT|EACCES/);
  });

  it('has no network, no names and no sockets of others', async () => {
    const listener = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const path = join(outside, 'control.sock');
    const control = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => control.listen(path, resolve));
    const found = await bare({
      loopback: `await connect(${port}, '127.0.0.1')`,
      elsewhere: `await connect(80, '192.0.2.1')`,
      name: `await dns.lookup('example.com')`,
      control: `await connect(${JSON.stringify(path)})`,
      fetched: `await fetch('http://127.0.0.1:${port}/').then((r) => r.status)`,
    });
    listener.close();
    control.close();
    for (const what of Object.values(found)) expect(what).not.toBe('connected');
    expect(found['fetched']).not.toBe(200);
    expect(found['name']).toMatch(/ENOTFOUND|EAI_AGAIN|ESERVFAIL|ECONNREFUSED|ETIMEOUT/);
  });

  it('tells of hosts that were asked for and not declared', async () => {
    const { denials, text } = await inside(
      `const r = await fetch('http://undeclared.example.net/').then((r) => r.status, (e) => e.cause?.code ?? e.message); console.log(r);`,
      { hosts: ['api.example.com'] },
    );
    expect(text).not.toBe('200');
    expect(denials).toMatchObject([
      { kind: 'network', what: expect.stringContaining('undeclared.example.net') as string },
    ]);
  });

  it('knows nothing of our environment, nor of other processes', async () => {
    const found = await bare(
      {
        environment: `Object.values(process.env).join(' ')`,
        declared: `process.env.DECLARED`,
        preload: `process.env.LD_PRELOAD`,
        first: `fs.readFileSync('/proc/1/environ', 'utf8')`,
        ours: `fs.readFileSync('/proc/${process.pid}/environ', 'utf8')`,
        processes: `fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length < 20`,
        kill: `process.kill(${process.pid}, 'SIGKILL')`,
      },
      { env: { DECLARED: "it's $HOME; `id`" } },
    );
    expect(JSON.stringify(found)).not.toContain(SECRET);
    expect(found).toMatchObject({ declared: "it's $HOME; `id`", processes: true, kill: 'ESRCH' });
    expect(found['preload']).toBeUndefined();
  });

  it('does not let variables of a package choose what runs outside', async () => {
    const { text, words } = await inside(`console.log(process.env.PATH, process.env.LD_PRELOAD);`, {
      env: { PATH: '/evil', LD_PRELOAD: '/nowhere/evil.so', 'BASH_FUNC_x%%': '() { id; }' },
    });
    expect(text).toBe('/evil /nowhere/evil.so');
    // The loader complains inside, where the variable was meant to be, and nowhere before.
    expect(words.match(/evil\.so/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  it('bounds the files it writes', async () => {
    const found = await bare(
      {
        file: `fs.writeFileSync('large', Buffer.alloc(4 << 20))`,
      },
      { limits: { memoryBytes: 256 << 20, processes: 40, files: 256, fileBytes: 1 << 20 } },
    );
    expect(found['file']).toMatch(/EFBIG/);
  });

  const fork = `await new Promise((resolve) => { let failed; for (let n = 0; n < 150; n++) child.spawn('/bin/sleep', ['1'], { stdio: 'ignore' }).on('error', (e) => { failed ??= e.code; }); setTimeout(() => resolve(failed ?? 'all'), 200); })`;
  const fewProcesses = { memoryBytes: 256 << 20, processes: 40, files: 1024, fileBytes: 1 << 20 };

  it('bounds the processes it starts, and says so where it cannot', async () => {
    const { warnings } = await sandbox.status();
    const found = await bare({ fork }, { limits: fewProcesses });
    expect(found['fork']).toBe(warnings.includes('no_process_limit') ? 'all' : 'EAGAIN');
  });

  it('bounds them without control groups too, where the node is not root', async () => {
    const plain = createSandbox(deps, { controlGroups: false });
    const asRoot = process.getuid?.() === 0;
    expect((await plain.status()).warnings.includes('no_process_limit')).toBe(asRoot);
    const found = await bare({ fork }, { limits: fewProcesses, asNobody: asRoot, sandbox: plain });
    await plain.close();
    expect(found['fork']).toBe('EAGAIN');
  });

  it('puts Node’s own permissions in front of the wall', async () => {
    const found = await tried({
      outside: `fs.readFileSync('/usr/bin/env')`,
      inside: `(fs.writeFileSync('mine', 'x'), 'written')`,
    });
    expect(found).toEqual({ outside: 'ERR_ACCESS_DENIED', inside: 'written' });
  });
});
