/** What a package asks of its operator: told before it is installed, and of an installed one with nobody else there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { writePackage } from '#test/support/packages/folders.ts';

const context = { signal: new AbortController().signal };

describe('the settings of a package', () => {
  let folder: string;
  let whole: WholeNode;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-settings-'));
    whole = await startWholeNode();
  });
  afterEach(async () => {
    await whole.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are told by a check, given with the installation, and told again without their secrets', async () => {
    const { handlers } = whole.node;
    const greeting = { type: 'string', title: 'Greeting', required: true };
    const token = { type: 'string', title: 'Token', sensitive: true };
    const path = await writePackage(join(folder, 'files'), {
      manifest: { user_config: { greeting, token } },
    });
    const nothing = { settings: {}, secretValues: {} };
    const untold = await handlers['packages.check']({ path, ...nothing }, context);
    expect(untold).toMatchObject({ ok: false, settings: { greeting, token } });
    expect(untold.findings.map(({ code }) => code)).toContain('packages.does_not_start');
    const tried = { path, settings: { greeting: 'Hello' }, secretValues: {} };
    expect(await handlers['packages.check'](tried, context)).toMatchObject({ ok: true });
    const { version } = await handlers['packages.publish'](
      { ...tried, channel: 'stable', notes: '' },
      context,
    );
    expect(version).toBe('1.0.0');
    const { id } = await handlers['packages.installFile'](
      { path, settings: { greeting: 'Hello' }, secretValues: { token: 's3cret' } },
      context,
    );
    const told = await handlers['packages.settings']({ id }, context);
    expect(told).toMatchObject({ values: { greeting: 'Hello' }, secretsSet: ['token'] });
    expect(Object.keys(told.settings)).toEqual(['greeting', 'token']);
    expect(JSON.stringify(told)).not.toContain('s3cret');
    await handlers['packages.remove']({ id, keepData: false }, context);
    await expect(
      Promise.resolve().then(() => handlers['packages.settings']({ id }, context)),
    ).rejects.toMatchObject({ code: 'packages.not_installed' });
  });
});
