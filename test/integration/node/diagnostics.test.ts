/** A whole node into which secrets, names and addresses were planted wherever somebody could: none of them is in the bundle. */
import { appendFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { declaredServerSchema } from '#shared/features/servers/config.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';

const context = { signal: new AbortController().signal } as never;
let whole: WholeNode | undefined;
afterEach(() => whole?.stop());

const PLANTED = {
  token: 'ghp_Zx81kQpLmN02RsTuVwXyZ34567890abcd',
  ownToken: 'tsw_Q2xvdWRzT3ZlclRoZVNlYTEyMzQ1Njc4',
  secret: 'correct-horse-9f86d081884c7d65',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzYW0ifQ.Zm9vYmFyYmF6',
  email: 'samantha.jones@example.org',
  name: 'Samantha’s hidden workshop',
  client: 'Editor of Samantha',
  server: 'payroll-of-acme',
  publicAddress: '203.0.113.77',
  privateAddress: '192.168.178.24',
  otherHome: '/home/samantha/clients/acme',
  windowsHome: 'C:\\Users\\Samantha\\acme',
};

describe('the diagnostics of a node', () => {
  it('hold nothing of what was planted, and say all the same how the node is', async () => {
    whole = await startWholeNode();
    const { dataDir, node } = whole;
    const { handlers } = node;
    await handlers['identity.setProfile']({ displayName: PLANTED.name }, context);
    await handlers['clients.create']({ name: PLANTED.client, profile: 'default', scope: 'call' }, context);
    const config = declaredServerSchema.parse({
      name: PLANTED.server,
      transport: {
        type: 'stdio',
        command: join(homedir(), 'bin', 'no-such-program'),
        args: ['--token', PLANTED.token],
      },
      env: { API_KEY: PLANTED.secret },
      secrets: ['PASSWORD'],
    });
    const secretValues = { PASSWORD: PLANTED.secret };
    await Promise.resolve(handlers['servers.add']({ ...config, secretValues }, context)).catch(
      () => undefined,
    );
    const { words } = await handlers['identity.revealRecoveryPhrase']({}, context);
    const { providerId, peerId, mcpToken } = node.ready();
    const own = { phrase: words.join(' '), providerId, peerId, mcpToken };
    const log = node.platform.log;
    for (const text of [...Object.values(PLANTED), ...Object.values(own)]) {
      log.warn({ about: text, deep: { list: [text] }, [text]: 1 }, `it said ${text} again`);
      appendFileSync(join(dataDir, 'log', 'node.log'), `no JSON at all: ${text}\n`);
    }
    log.warn({ words }, 'the words');
    log.error(
      { err: new Error(`failed at https://sam:${PLANTED.secret}@api.example.org/accounts/4711`) },
      'failed',
    );

    const { files } = await handlers['node.diagnostics']({}, context);
    const all = files.map(({ name, text }) => `${name}\n${text}`).join('\n');
    for (const [what, text] of Object.entries({ ...PLANTED, ...own })) expect(all, what).not.toContain(text);
    for (const part of ['samantha', 'acme', 'Zx81kQ', '9f86d0', 'horse', '4711'])
      expect(all.toLowerCase(), part).not.toContain(part.toLowerCase());
    expect(all).not.toContain(words.slice(0, 3).join(' '));
    const [user, host] = [userInfo().username, hostname()];
    for (const name of [user, host].filter((text) => text.length > 4)) expect(all).not.toContain(name);
    if (homedir().length > 6) expect(all).not.toContain(homedir());

    const named = Object.fromEntries(files.map(({ name, text }) => [name, text]));
    expect(Object.keys(named)).toEqual(
      expect.arrayContaining(['README.txt', 'about.json', 'settings.json', 'servers.json', 'log/node.log']),
    );
    expect(JSON.parse(named['about.json'] ?? '')).toMatchObject({
      version: expect.any(String),
      node: process.versions.node,
    });
    expect(JSON.parse(named['settings.json'] ?? '')).toContainEqual(
      expect.objectContaining({ key: 'relay.keepPayloads', value: false }),
    );
    expect(JSON.parse(named['status.json'] ?? '')).toMatchObject({ providerId: '<provider 1>' });
    expect(named['log/node.log']).toContain('the node is ready');
  });

  it('come even where a part of the node cannot be read', async () => {
    whole = await startWholeNode();
    whole.node.platform.db.exec('DROP TABLE invocations');
    const { files } = await whole.node.handlers['node.diagnostics']({}, context);
    expect(files.find(({ name }) => name === 'failures.json')?.text).toContain('unreadable');
    expect(files.find(({ name }) => name === 'about.json')?.text).toContain('version');
  });
});

describe('what a node takes up', () => {
  it('is told by kind', async () => {
    whole = await startWholeNode();
    const { items, freeBytes } = await whole.node.handlers['node.storage']({}, context);
    expect(Object.fromEntries(items.map(({ kind, bytes }) => [kind, bytes > 0]))).toMatchObject({
      calls: true,
      kept: true,
      log: true,
      other: true,
    });
    expect(freeBytes).toBeGreaterThan(0);
  });
});
