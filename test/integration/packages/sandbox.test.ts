/** Programs that try to get out of the sandbox. Real bubblewrap or seatbelt, real processes. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '#main/features/packages/sandbox/index.ts';
import {
  type ConfinedPrograms,
  createConfinedPrograms,
  LIMITS,
  sandboxDeps,
  whetherConfined,
} from '#test/support/packages/confined.ts';

const SECRET = 'not-to-be-seen';
const NOT_THERE = /ENOENT|EACCES/;
const NOT_TO_WRITE = /EROFS|EACCES|EPERM|ENOENT/;
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const { isLeftOut, why } = await whetherConfined();

describe.skipIf(isLeftOut)(`the sandbox${why}`, () => {
  let programs: ConfinedPrograms;
  let outside: string;
  const tryAll: ConfinedPrograms['tryAll'] = (tries, wish) => programs.tryAll(tries, wish);

  beforeAll(async () => {
    programs = await createConfinedPrograms();
    outside = join(programs.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), SECRET);
    process.env['TOOLSWARM_TEST_SECRET'] = SECRET;
  });
  afterAll(async () => {
    delete process.env['TOOLSWARM_TEST_SECRET'];
    await programs.close();
  });

  async function listening(server: Server, where: number | string): Promise<number> {
    await new Promise<void>((resolve) =>
      typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve),
    );
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  it('is there on this machine', async () => {
    const status = await programs.sandbox.status();
    expect(status).toMatchObject({ usable: true, kind: 'sandbox-runtime', problems: [] });
  });

  it('lets a program write to its data, and to nothing else', async () => {
    const found = await tryAll(
      {
        data: `(fs.writeFileSync('mine', 'x'), fs.readFileSync('mine', 'utf8'))`,
        home: `(fs.writeFileSync(process.env.HOME + '/of-home', 'x'), process.env.HOME === process.cwd())`,
        program: `fs.writeFileSync(process.argv[1], 'x')`,
        'beside the program': `fs.writeFileSync(process.argv[1] + '.new', 'x')`,
        system: `fs.writeFileSync('/usr/bin/evil', 'x')`,
        root: `fs.writeFileSync('/evil', 'x')`,
        homes: `fs.mkdirSync('/home/evil')`,
        ours: `fs.writeFileSync(${JSON.stringify(join(outside, 'evil'))}, 'x')`,
      },
      {},
    );
    expect(found).toMatchObject({ data: 'x', home: true });
    for (const name of ['program', 'beside the program', 'system', 'root', 'homes', 'ours'])
      expect(found[name], name).toMatch(NOT_TO_WRITE);
  });

  it('hides everything else of the machine', async () => {
    const found = await tryAll({
      secret: `fs.readFileSync(${JSON.stringify(join(outside, 'secret'))}, 'utf8')`,
      shadow: `fs.readFileSync('/etc/shadow', 'utf8')`,
      passwd: `fs.readFileSync('/etc/passwd', 'utf8')`,
      keys: `fs.readdirSync(${JSON.stringify(`${process.env['HOME'] ?? '/root'}/.ssh`)})`,
      home: `fs.readdirSync(${JSON.stringify(process.env['HOME'] ?? '/root')}).length`,
      homes: `fs.readdirSync('/home').length`,
      ours: `fs.readdirSync(${JSON.stringify(process.cwd())}).filter((name) => name !== 'node_modules').length`,
      others: `fs.readdirSync(${JSON.stringify(programs.root)}).filter((name) => !process.argv[1].includes(name) && !process.cwd().includes(name)).length`,
      sockets: `fs.readdirSync('/run').length + fs.readdirSync('/var').length`,
      devices: `fs.readdirSync('/sys').length`,
    });
    for (const name of ['secret', 'shadow', 'passwd', 'keys']) expect(found[name], name).toMatch(NOT_THERE);
    for (const name of ['home', 'homes', 'ours', 'others', 'sockets', ...(isLinux ? ['devices'] : [])])
      expect([0, 'ENOENT', 'EACCES', 'EPERM'], name).toContain(found[name]);
  });

  it('does not follow a link out of its data', async () => {
    const found = await tryAll({
      read: `(fs.symlinkSync(${JSON.stringify(join(outside, 'secret'))}, 'link'), fs.readFileSync('link', 'utf8'))`,
      etc: `(fs.symlinkSync('/etc', 'etc'), fs.readFileSync('etc/shadow', 'utf8'))`,
      write: `(fs.symlinkSync('/usr/bin/evil', 'evil'), fs.writeFileSync('evil', 'x'))`,
    });
    for (const name of ['read', 'etc']) expect(found[name], name).toMatch(NOT_THERE);
    expect(found['write']).toMatch(NOT_TO_WRITE);
  });

  it('shows what was granted, and no more of it', async () => {
    const granted = join(programs.root, 'granted');
    await mkdir(granted);
    await writeFile(join(granted, 'file'), 'hello');
    await symlink(join(outside, 'secret'), join(granted, 'way-out'));
    const path = JSON.stringify(granted);
    const found = await tryAll(
      {
        read: `fs.readFileSync(${path} + '/file', 'utf8')`,
        write: `fs.writeFileSync(${path} + '/new', 'x')`,
        out: `fs.readFileSync(${path} + '/way-out', 'utf8')`,
      },
      { read: [granted] },
    );
    expect(found['read']).toBe('hello');
    expect(found['write']).toMatch(NOT_TO_WRITE);
    expect(found['out']).toMatch(NOT_THERE);
  });

  it('does not start where a granted folder was turned into a link', async () => {
    const work = join(programs.root, 'work');
    await mkdir(work);
    await symlink(outside, join(work, 'sub'));
    await expect(tryAll({}, { write: [work], read: [join(work, 'sub')] })).rejects.toMatchObject({
      code: 'packages.path_missing',
    });
  });

  it('shows as many paths as may be granted', async () => {
    const many = join(programs.root, 'many folders, it’s true');
    const folders = Array.from({ length: 16 }, (_, n) => join(many, `${'long'.repeat(40)} ${n}`));
    for (const folder of folders) await mkdir(folder, { recursive: true });
    const last = JSON.stringify(folders.at(-1));
    const found = await programs.run(
      `import fs from 'node:fs'; console.log(fs.readdirSync(${last}).length)`,
      {
        read: folders,
        write: folders,
      },
    );
    expect(found).toMatchObject({ text: '0', words: '' });
  });

  it('has no network, no names and no sockets of others', async () => {
    const listener = createServer((socket) => socket.end('hello'));
    const control = createServer((socket) => socket.end('hello'));
    const port = await listening(listener, 0);
    const path = join(outside, 'control.sock');
    await listening(control, path);
    const shown = join(programs.root, 'shown');
    await mkdir(shown);
    const inShown = createServer((socket) => socket.end('hello'));
    await listening(inShown, join(shown, 'control.sock'));
    const found = await tryAll(
      {
        loopback: `await connect(${port}, '127.0.0.1')`,
        'loopback by name': `await connect(${port}, 'localhost')`,
        elsewhere: `await connect(80, '192.0.2.1')`,
        name: `await dns.lookup('example.com')`,
        resolved: `await dns.resolve('example.com')`,
        control: `await connect(${JSON.stringify(path)})`,
        // Its folder is granted, and yet no socket can be made.
        'granted socket': `await connect(${JSON.stringify(join(shown, 'control.sock'))})`,
        fetched: `await fetched('http://127.0.0.1:${port}/')`,
      },
      { read: [shown], write: [shown] },
    );
    for (const server of [listener, control, inShown]) server.close();
    for (const [name, what] of Object.entries(found)) expect(String(what), name).toMatch(/^E[A-Z_]+$/);
  });

  it('knows nothing of our environment, nor of other processes', async () => {
    const found = await tryAll(
      {
        environment: `Object.values(process.env).join(' ')`,
        declared: `process.env.DECLARED`,
        first: `fs.readFileSync('/proc/1/environ', 'utf8')`,
        ours: `fs.readFileSync('/proc/${process.pid}/environ', 'utf8')`,
        processes: `fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length < 20`,
        kill: `process.kill(${process.pid}, 'SIGKILL')`,
        'kill all': `process.kill(-1, 0)`,
      },
      { env: { DECLARED: "it's $HOME; `id`" } },
    );
    expect(JSON.stringify(found)).not.toContain(SECRET);
    expect(found).toMatchObject({ declared: "it's $HOME; `id`", processes: true, kill: 'ESRCH' });
  });

  it('is told the variables that were declared, and no others', async () => {
    const names = `Object.keys(process.env).toSorted().join(' ')`;
    const own = ['DECLARED', 'HOME', 'TMPDIR', 'TOOLSWARM_TREE'];
    const { text } = await programs.run(`console.log(${names})`, { env: { DECLARED: '1' } });
    expect(text).toBe(own.join(' '));
    const withHosts = await programs.run(`console.log(${names})`, {
      env: { DECLARED: '1' },
      hosts: ['a.example.com'],
    });
    const others = withHosts.text.split(' ').filter((name) => !own.includes(name));
    for (const name of others) expect(name).toMatch(/_proxy$|_PROXY$/);
  });

  it('does not let variables of a package choose what runs outside', async () => {
    const { text, words } = await programs.run(`console.log(process.env.PATH, process.env.LD_PRELOAD);`, {
      env: { PATH: '/evil', LD_PRELOAD: '/nowhere/evil.so', 'BASH_FUNC_x%%': '() { id; }' },
    });
    expect(text).toBe('/evil /nowhere/evil.so');
    // The loader complains inside, where the variable was meant to be, and nowhere before.
    expect(words.match(/evil\.so/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  it('bounds the files it writes, in its data and in memory', async () => {
    const found = await tryAll({
      file: `fs.writeFileSync('large', Buffer.alloc(4 << 20))`,
      temporary: `(() => { for (let n = 0; n < 100; n++) fs.writeFileSync('/tmp/' + n, Buffer.alloc(1 << 20)); })()`,
      shared: `(() => { for (let n = 0; n < 100; n++) fs.writeFileSync('/dev/shm/' + n, Buffer.alloc(1 << 20)); })()`,
      open: `(() => { for (let n = 0; n < 1000; n++) fs.openSync('/usr'); })()`,
    });
    expect(found['file']).toBe('EFBIG');
    expect(found['open']).toBe('EMFILE');
    if (isLinux) expect(found).toMatchObject({ temporary: 'ENOSPC', shared: 'ENOSPC' });
  });

  const fork = `await new Promise((resolve) => {
    let failed;
    for (let n = 0; n < 150; n++) child.spawn('/bin/sleep', ['1'], { stdio: 'ignore' }).on('error', (e) => { failed ??= e.code; });
    setTimeout(() => resolve(failed ?? 'all'), 200);
  })`;
  const few = { ...LIMITS, processes: 40, files: 1024 };

  it('bounds the processes it starts, and says so where it cannot', async () => {
    const { warnings } = await programs.sandbox.status();
    const found = await tryAll({ fork }, { limits: few });
    expect(found['fork']).toBe(warnings.includes('no_process_limit') ? 'all' : 'EAGAIN');
  });

  it.runIf(isLinux)('bounds them without control groups too, where the node is not root', async () => {
    const plain = createSandbox(sandboxDeps, { controlGroups: false });
    expect((await plain.status()).warnings.includes('no_process_limit')).toBe(isRoot);
    const found = await tryAll({ fork }, { limits: few, asNobody: isRoot, sandbox: plain });
    await plain.close();
    expect(found['fork']).toBe('EAGAIN');
  });

  it('puts Node’s own permissions in front of the wall', async () => {
    const tries = {
      outside: `fs.readFileSync('/usr/bin/env')`,
      inside: `(fs.writeFileSync('mine', 'x'), 'written')`,
      starts: `child.spawnSync('/bin/true').error?.code ?? 'started'`,
    };
    const wish = { command: process.execPath, limits: { ...LIMITS, processes: 1 } };
    expect(await tryAll(tries, wish)).toEqual({
      outside: 'ERR_ACCESS_DENIED',
      inside: 'written',
      starts: 'ERR_ACCESS_DENIED',
    });
  });

  it('leaves nothing of its own in the folders of a package', async () => {
    const { data, program } = await programs.run(`console.log('done')`);
    expect([await readdir(data), await readdir(program)]).toEqual([[], ['main.mjs']]);
  });
});
