/** A package's whole life over real nodes: published, found, reviewed, installed, called, updated, gone back from. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';
import { type FolderWish, toolNamed, writePackage } from '#test/support/packages/folders.ts';

const context = { signal: new AbortController().signal } as never;

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return '';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a package', () => {
  const nodes: WholeNode[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'packages-'));
  });
  afterEach(async () => {
    for (const whole of nodes.splice(0)) await whole.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<WholeNode> {
    const whole = await startWholeNode();
    nodes.push(whole);
    return whole;
  }

  async function connect(a: WholeNode, b: WholeNode): Promise<void> {
    await a.node.handlers['peers.connect']({ address: b.node.ready().addresses[0] ?? '' }, context);
  }

  async function publish(
    { node }: WholeNode,
    wish: FolderWish = {},
    more: { channel?: 'stable' | 'beta'; notes?: string } = {},
  ) {
    const path = await writePackage(join(folder, `${wish.name ?? 'files'}-${wish.version ?? '1.0.0'}`), wish);
    return node.handlers['packages.publish'](
      { path, settings: {}, secretValues: {}, channel: 'stable', notes: '', ...more },
      context,
    );
  }

  const search = async ({ node }: WholeNode, text = '') =>
    (await node.handlers['packages.search']({ text, limit: 50, runnable: false }, context)).items;
  const review = ({ node }: WholeNode, what: string) =>
    node.handlers['packages.review']({ what, channel: 'stable' }, context);
  const install = ({ node }: WholeNode, release: string, more: object = {}) =>
    node.handlers['packages.install'](
      { release, settings: {}, secretValues: {}, acceptStale: false, acceptFetchedCode: false, ...more },
      context,
    );
  const heard = (whole: WholeNode, version: string) =>
    until(async () => (await search(whole)).some((one) => one.version === version));
  async function call({ node }: WholeNode, name: string, args: object = {}) {
    const { result } = (await node.handlers['tools.call'](
      { id: name, arguments: args, timeoutMs: 20_000 } as never,
      context,
    )) as { result: { content: Array<{ text: string }> } };
    return JSON.parse(result.content[0]?.text ?? '{}') as Record<string, unknown>;
  }

  it('is published by one, found, reviewed, installed and called by another', async () => {
    const [a, b] = [await start(), await start()];
    await connect(b, a);
    const published = await publish(
      a,
      { tools: [toolNamed('echo'), toolNamed('list')] },
      { notes: 'The first' },
    );
    await heard(b, '1.0.0');
    expect(await search(b, 'files everybody')).toMatchObject([
      {
        id: published.id,
        version: '1.0.0',
        tools: 2,
        runsHere: true,
        warnings: [],
      },
    ]);
    const looked = await review(b, published.id);
    expect(looked).toMatchObject({
      release: published.release,
      notes: 'The first',
      cid: published.cid,
      tools: [
        { name: 'echo', change: 'new' },
        { name: 'list', change: 'new' },
      ],
      permissions: { hosts: [], read: [], write: [] },
    });
    expect(looked.requirements.every(({ met }) => met)).toBe(true);
    const installed = await install(b, looked.release);
    expect(installed).toMatchObject({ id: published.id, server: 'files', version: '1.0.0', generation: 1 });
    expect(await call(b, 'files_echo', { text: 'hello' })).toMatchObject({ version: '1.0.0', text: 'hello' });
  });

  it('is updated only to what starts, and gone back from in one step, with what was given since', async () => {
    const [a, b] = [await start(), await start()];
    await connect(b, a);
    const userConfig = {
      setting: { type: 'string', title: 'Setting', required: true },
      token: { type: 'string', title: 'Token', sensitive: true },
    };
    const env = { SETTING: '$' + '{user_config.setting}', TOKEN: '$' + '{user_config.token}' };
    const manifest = {
      user_config: userConfig,
      server: {
        type: 'node',
        entry_point: 'server/index.mjs',
        mcp_config: { command: 'node', args: ['$' + '{__dirname}/server/index.mjs'], env },
      },
    };
    const checked = {
      ...manifest,
      user_config: { ...userConfig, setting: { ...userConfig.setting, default: 'standard' } },
    };
    const first = await publish(a, { manifest: checked });
    await heard(b, '1.0.0');
    await review(b, first.id);
    await install(b, first.release, { settings: { setting: 'mine' } });
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.0.0', env: 'mine' });

    // A version that does not start changes nothing.
    const bad = await publish(a, {
      version: '1.1.0',
      manifest: checked,
      code: `if (process.env.SETTING === 'mine') process.exit(3);`,
    });
    await heard(b, '1.1.0');
    await review(b, bad.id);
    await expect(install(b, bad.release)).rejects.toMatchObject({ code: 'packages.does_not_start' });
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.0.0', env: 'mine' });

    const second = await publish(a, {
      version: '1.2.0',
      manifest: checked,
      tools: [toolNamed('echo', 'Does it otherwise'), toolNamed('more')],
    });
    await heard(b, '1.2.0');
    const looked = await review(b, second.id);
    expect(looked.tools).toMatchObject([
      { name: 'echo', change: 'changed', before: 'Does echo' },
      { name: 'more', change: 'new' },
    ]);
    expect(looked.values).toEqual({ setting: 'mine' });
    await install(b, second.release, { secretValues: { token: 'the secret' } });
    expect(await call(b, 'files_echo')).toMatchObject({
      version: '1.2.0',
      env: 'mine',
      secret: 'the secret',
    });
    await b.node.handlers['servers.share'](
      { name: 'files', audience: { kind: 'grants' }, confirmed: true },
      context,
    );
    await b.node.handlers['access.grant'](
      { to: a.node.ready().providerId, server: 'files', days: 1, note: '' },
      context,
    );

    const back = await b.node.handlers['packages.rollback']({ id: first.id }, context);
    expect(back).toMatchObject({ version: '1.0.0', grantsRevoked: 1, secretsRemoved: ['token'] });
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.0.0', env: 'mine' });
    expect(await call(b, 'files_echo')).not.toHaveProperty('secret');
    const { items } = await b.node.handlers['packages.history']({ id: first.id }, context);
    expect(items.map(({ current, reason, version }) => [reason, version, current])).toEqual([
      ['rollback', '1.0.0', true],
      ['update', '1.2.0', false],
      ['install', '1.0.0', false],
    ]);

    // The same with the network gone, after a restart.
    await a.stop();
    nodes.splice(nodes.indexOf(a), 1);
    await b.restart();
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.0.0' });
    await b.node.handlers['packages.rollback']({ id: first.id, generation: 2 }, context);
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.2.0', secret: 'the secret' });
    await b.node.handlers['packages.remove']({ id: first.id, keepData: false }, context);
    expect((await b.node.handlers['servers.list']({}, context)).items).toEqual([]);
    expect((await b.node.handlers['packages.installed']({}, context)).items).toEqual([]);
  });

  it('is refused where its publisher told two histories, and what is installed runs on', async () => {
    const [a, b] = [await start(), await start()];
    await connect(b, a);
    const first = await publish(a);
    await heard(b, '1.0.0');
    await review(b, first.id);
    await install(b, first.release);
    // The publisher's machine forgets, as if an older backup had been restored, and tells another story.
    const db = a.node.platform.db;
    db.exec('DELETE FROM packages_known; DELETE FROM packages_releases;');
    await publish(a, { version: '1.0.1' });
    await until(
      async () =>
        (await codeOf(() => b.node.handlers['packages.show']({ id: first.id }, context))) ===
        'packages.rewritten',
    );
    expect(await call(b, 'files_echo')).toMatchObject({ version: '1.0.0' });
    await expect(review(b, first.id)).rejects.toMatchObject({ code: 'packages.rewritten' });
  });

  it('is installed from a file that nobody signed, and says so', async () => {
    const b = await start();
    const path = await writePackage(join(folder, 'mine'), { name: 'mine', tools: [toolNamed('echo')] });
    const installed = await b.node.handlers['packages.installFile'](
      { path, settings: {}, secretValues: {} },
      context,
    );
    expect(installed).toMatchObject({ id: 'file/mine', server: 'mine', foreign: true });
    expect(await call(b, 'mine_echo', { text: 'hi' })).toMatchObject({ text: 'hi' });
    const link = () => b.node.handlers['packages.link']({ release: installed.release }, context);
    expect(await codeOf(link)).toBe('packages.no_release');
  });

  it('runs in several versions at once, each profile seeing its own', async () => {
    const [a, b] = [await start(), await start()];
    await connect(b, a);
    const first = await publish(a);
    await heard(b, '1.0.0');
    await review(b, first.id);
    await install(b, first.release);
    const second = await publish(a, { version: '2.0.0' });
    await heard(b, '2.0.0');
    await review(b, second.id);
    await install(b, second.release);
    await b.node.handlers['profiles.set']({ name: 'careful', prefix: true }, context);
    await b.node.handlers['packages.pin'](
      { id: first.id, profile: 'careful', release: first.release },
      context,
    );
    const connectAs = async (profile: string) => {
      const { token } = await b.node.handlers['clients.create']({ name: profile, profile } as never, context);
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(b.url), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      );
      const { tools } = await client.listTools();
      const { content } = await client.callTool({ name: 'files_echo', arguments: {} });
      await client.close();
      const [part] = content as Array<{ text: string }>;
      return { names: tools.map(({ name }) => name), said: JSON.parse(part?.text ?? '{}') as object };
    };
    expect(await connectAs('default')).toMatchObject({ names: ['files_echo'], said: { version: '2.0.0' } });
    expect(await connectAs('careful')).toMatchObject({ names: ['files_echo'], said: { version: '1.0.0' } });
    await b.restart();
    expect(await connectAs('careful')).toMatchObject({ names: ['files_echo'], said: { version: '1.0.0' } });
    await b.node.handlers['packages.pin']({ id: first.id, profile: 'careful', release: null }, context);
    expect(await connectAs('careful')).toMatchObject({ names: ['files_echo'], said: { version: '2.0.0' } });
    expect((await b.node.handlers['servers.list']({}, context)).items).toHaveLength(1);
  });
});
