/** What goes wrong with packages, each with its own words, and what was there before as it was. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';
import { permissionsSchema } from '#shared/features/packages/permissions.ts';
import { openStoreWorld, writeVersions } from '#test/support/packages/store-world.ts';
import { toolNamed, writePackage } from '#test/support/packages/folders.ts';
import { codeOf, context, createPackageNodes, type PackageNodes } from '#test/support/packages/nodes.ts';

const nothing = { settings: {}, secretValues: {} };

describe('a package is refused', () => {
  let world: PackageNodes;
  beforeEach(async () => {
    world = await createPackageNodes();
  });
  afterEach(() => world.close());

  const installed = async ({ node }: WholeNode) =>
    (await node.handlers['packages.installed']({}, context)).items;
  const versionsOn = ({ dataDir }: WholeNode) => readdir(join(dataDir, 'packages', 'versions'));

  it('where it says something else than was signed, and nothing of it is installed', async () => {
    await writeVersions(join(world.folder, 'bundles'), ['1.0.0']);
    await mkdir(join(world.folder, 'data'));
    const store = openStoreWorld(join(world.folder, 'data'), join(world.folder, 'bundles'));
    try {
      await store.packages.start();
      const lies = [
        { manifest: new Uint8Array(32) },
        { version: '1.0.1' },
        { name: 'other' },
        { permissions: permissionsSchema.parse({ hosts: ['api.example.com'] }) },
        { runtime: { type: 'binary' as const } },
      ];
      for (const lie of lies)
        expect(await codeOf(() => store.install('1.0.0', lie)), JSON.stringify(lie)).toBe(
          'packages.lying_manifest',
        );
      expect(store.packages.generations.installed()).toEqual([]);
      expect(store.servers.list()).toEqual([]);
      await store.install('1.0.0');
      expect(store.servers.list()).toHaveLength(1);
    } finally {
      await store.close();
    }
  });

  it('where it does not start, never answers, or has no tools', async () => {
    const node = await world.start();
    const file = (path: string) => () =>
      node.node.handlers['packages.installFile']({ path, settings: {}, secretValues: {} }, context);
    const dying = await writePackage(join(world.folder, 'dying'), {
      name: 'dying',
      code: 'process.exit(3);',
    });
    expect(await codeOf(file(dying))).toBe('packages.check_failed');
    const empty = await writePackage(join(world.folder, 'empty'), { name: 'empty', tools: [] });
    expect(await codeOf(file(empty))).toBe('packages.check_failed');
    const hidden = await writePackage(join(world.folder, 'hidden'), {
      name: 'hidden',
      tools: [toolNamed('a', 'b\u200bc')],
    });
    expect(await codeOf(file(hidden))).toBe('packages.check_failed');
    expect(await codeOf(file(join(world.folder, 'nowhere')))).toBe('storage.unreadable');
    expect(await installed(node)).toEqual([]);
    expect((await node.node.handlers['servers.list']({}, context)).items).toEqual([]);
  });

  it('where a program is not its own, or its runtime is missing', async () => {
    const node = await world.start();
    const server = (type: string, command: string) => ({
      server: { type, entry_point: 'server/index.mjs', mcp_config: { command, args: [], env: {} } },
    });
    const check = async (name: string, manifest: object) => {
      const path = await writePackage(join(world.folder, name), { name, manifest });
      const { findings, ok } = await node.node.handlers['packages.check']({ path, ...nothing }, context);
      return [ok, ...findings.filter(({ level }) => level === 'error').map(({ code }) => code)];
    };
    expect(await check('shell', server('node', 'bash'))).toEqual([false, 'packages.does_not_start']);
    expect(await check('outside', server('binary', '../../bin/sh'))).toEqual([
      false,
      'packages.does_not_start',
    ]);
    const elsewhere = { compatibility: { platforms: ['win32'] } };
    const path = await writePackage(join(world.folder, 'windows'), { name: 'windows', manifest: elsewhere });
    expect(
      await codeOf(() =>
        node.node.handlers['packages.installFile']({ path, settings: {}, secretValues: {} }, context),
      ),
    ).toBe('packages.requirement_unmet');
  });

  it('twice at once: the second is told to wait, and one server runs', async () => {
    const [a, b] = await world.pair();
    const { id, release } = await world.publish(a);
    await world.heard(b, '1.0.0');
    await world.review(b, id);
    const codes = await Promise.all([
      codeOf(() => world.install(b, release)),
      codeOf(() => world.install(b, release)),
    ]);
    expect(codes.sort()).toEqual(['', 'packages.busy_package']);
    expect(await installed(b)).toHaveLength(1);
    expect(await versionsOn(b)).toHaveLength(1);
  });

  it('by nobody who has it: its publisher took it back, and what is installed runs on', async () => {
    const [a, b] = await world.pair();
    const { id, release } = await world.publish(a);
    await world.heard(b, '1.0.0');
    await world.review(b, id);
    await world.install(b, release);
    await a.node.handlers['packages.withdraw'](
      { name: 'files', version: '1.0.0', reason: 'It was wrong.' },
      context,
    );
    await until(async () =>
      (await world.review(b, release)).warnings.some(({ code }) => code === 'withdrawn'),
    );
    await a.node.handlers['packages.withdraw']({ name: 'files', reason: '' }, context);
    await until(
      async () =>
        (await b.node.handlers['packages.search']({ text: '', limit: 5, runnable: false }, context)).total ===
        0,
    );
    expect(await installed(b)).toMatchObject([{ id, version: '1.0.0' }]);
    expect((await b.node.handlers['servers.get']({ name: 'files' }, context)).state).toBe('running');
  });

  it('without a look at it, and where its publisher was not heard of lately, unless that is agreed to', async () => {
    const [a, b] = await world.pair();
    const { id, release } = await world.publish(a);
    expect(await codeOf(() => world.install(b, 'f'.repeat(64)))).toBe('packages.unreviewed');
    await world.heard(b, '1.0.0');
    await world.review(b, id);
    await world.install(b, release);
    await b.node.handlers['packages.remove']({ id, keepData: false }, context);
    await world.stop(a);
    // Two days later.
    b.node.platform.db.exec(
      "DELETE FROM records WHERE type = 'package/1'; UPDATE packages_known SET expires_at = 1",
    );
    expect(await codeOf(() => world.install(b, release))).toBe('packages.frozen');
    expect(await codeOf(() => world.install(b, release, { acceptStale: true }))).toBe('');
    expect(await installed(b)).toMatchObject([{ id, version: '1.0.0' }]);
  });

  it('where it looks like one that is trusted', async () => {
    const [a, b] = await world.pair();
    const { id, release } = await world.publish(a, { name: 'filesystem' });
    await world.heard(b, '1.0.0');
    await world.review(b, id);
    await world.install(b, release);
    const c = await world.start();
    await c.node.handlers['peers.connect']({ address: b.node.ready().addresses[0] ?? '' }, context);
    await world.publish(c, { name: 'fi1esystem', version: '3.0.0' });
    await world.heard(b, '3.0.0');
    const { items } = await b.node.handlers['packages.search'](
      { text: 'fi1esystem', limit: 5, runnable: false },
      context,
    );
    expect(items).toMatchObject([
      {
        name: 'fi1esystem',
        warnings: expect.arrayContaining([{ code: 'lookalike', subject: id }]) as unknown,
      },
    ]);
  });
});
