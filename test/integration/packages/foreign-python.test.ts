/** Python packages as bundles: wheels from an index on loopback, fetched by the real uv where this machine has it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '#main/features/packages/archive/unpack.ts';
import { fetchForeign } from '#main/features/packages/foreign/index.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { type DescribedPackage, describedPackageSchema } from '#shared/features/packages/described.ts';
import { type PythonIndexServer, startPythonIndex } from '#test/support/packages/python-index.ts';

const path = process.env['PATH'] ?? '';
const has = (...names: string[]) =>
  path.split(delimiter).some((folder) => names.some((name) => existsSync(join(folder, name))));
const hasPython = has('python3', 'python.exe');
const hasUv = has('uv', 'uv.exe') && hasPython;

let index: PythonIndexServer;
let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  index = await startPythonIndex();
  folder = await mkdtemp(join(tmpdir(), 'foreign-python-'));
});
afterEach(async () => {
  await index.close();
  await rm(folder, { recursive: true, force: true });
});

const weather = (more: object = {}): DescribedPackage =>
  describedPackageSchema.parse({ registryType: 'pypi', identifier: 'weather-mcp', version: '1.2', ...more });

async function fetchInto(described: DescribedPackage, onPath = path) {
  const into = await mkdtemp(join(folder, 'into-'));
  try {
    return await fetchForeign({ clock, pythonIndex: index.url, path: onPath }, described, into, signal);
  } catch (error) {
    expect(await readdir(into)).toEqual([]);
    throw error;
  }
}
const refusal = (described: DescribedPackage) =>
  fetchInto(described).then(
    () => 'taken',
    ({ code }: { code: string }) => code,
  );

function publishWeather(more: Partial<Parameters<PythonIndexServer['publish']>[0]> = {}): void {
  index.publish(
    {
      name: 'weather-mcp',
      version: '1.2',
      summary: 'Tells the weather.',
      requires: ['clouds>=2'],
      scripts: ['weather-mcp = weather.server:Server.main'],
      files: {
        'weather/__init__.py': '',
        'weather/server.py': 'import clouds\nclass Server:\n  def main():\n    print(clouds.HOW)\n',
      },
      ...more,
    },
    { name: 'clouds', version: '2.0.9', files: { 'clouds.py': 'HOW = "many"\n' } },
  );
}

it('says what to install where uv is not there', async () => {
  const fault = await fetchInto(weather(), folder).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'packages.runtime_missing', advice: expect.stringContaining('uv') });
});

it.each([
  ['an option for a name', { identifier: '--index-url' }],
  ['a range', { version: '>=1' }],
  ['a marker', { version: '1.0; python_version > "3"' }],
])('refuses %s before anything is started', async (_what, more) => {
  expect(await refusal(weather(more))).toBe('packages.foreign_unsupported');
});

describe.skipIf(!hasUv)('with uv (skipped where uv or Python is not on the PATH)', () => {
  it('a package becomes a bundle that runs, the same bytes each time', async () => {
    publishWeather();
    const { bundle, manifest, provenance } = await fetchInto(weather());
    const root = join(folder, 'unpacked');
    const tree = await unpack(bundle, root, signal);
    expect(tree.map((file) => file.path)).toContain('lib/weather/server.py');
    expect(manifest).toMatchObject({
      name: 'weather-mcp',
      version: '1.2.0',
      description: 'Tells the weather.',
      server: {
        type: 'python',
        entry_point: 'main.py',
        mcp_config: { env: { PYTHONPATH: '${__dirname}/lib' } },
      },
    });
    expect(provenance.parts).toEqual([
      { name: 'clouds', version: '2.0.9', integrity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      { name: 'weather-mcp', version: '1.2', integrity: provenance.integrity },
    ]);
    const env = { ...process.env, PYTHONPATH: join(root, 'lib'), PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await promisify(execFile)('python3', [join(root, 'main.py')], { env });
    expect(stdout.trim()).toBe('many');
    const again = await unpack((await fetchInto(weather())).bundle, join(folder, 'again'), signal);
    expect(again).toEqual(tree);
  });

  it('other bytes than the index promised are refused', async () => {
    publishWeather();
    index.tamper('clouds');
    expect(await refusal(weather())).toBe('packages.foreign_integrity');
  });

  it('what would have to be built is refused: building runs what its author wrote', async () => {
    publishWeather({ isSource: true });
    expect(await refusal(weather())).toBe('packages.foreign_unsupported');
  });

  it('a library is no program', async () => {
    publishWeather({ scripts: [] });
    expect(await refusal(weather())).toBe('packages.foreign_no_program');
  });

  it('what is not there is not found', async () => {
    publishWeather();
    expect(await refusal(weather({ identifier: 'nobody-has-this' }))).toBe('packages.foreign_not_found');
    expect(await refusal(weather({ version: '9.9' }))).toBe('packages.foreign_not_found');
  });
});
