import { describe, expect, it } from 'vitest';
import { floors } from '#scripts/check/floors.ts';
import { findingsOf } from './fixture.ts';

/** What the floors say of one module with this content. */
const about = (file: string, source: string) => findingsOf(floors, { [file]: source });

describe('direction of imports', () => {
  it.each([
    ['src-shared/kernel/a.ts', '#shared/features/p2p/contract.ts', 'kernel may not see shared features'],
    ['src-shared/features/p2p/a.ts', '#main/platform/log.ts', 'shared features may not see platform'],
    ['src-main/platform/a.ts', '#shared/features/p2p/contract.ts', 'platform may not see shared features'],
    ['src-main/platform/a.ts', '#main/features/p2p/index.ts', 'platform may not see main features'],
    ['src-main/features/relay/a.ts', '#main/node/wiring.ts', 'main features may not see node'],
    ['src-main/features/relay/a.ts', '#shared/contract.ts', 'main features may not see joined contract'],
    ['src-main/node/a.ts', '#main/shells/cli/io.ts', 'node may not see shells'],
    ['src-renderer/app/a.tsx', '#main/platform/log.ts', 'renderer app may not see platform'],
    ['src-renderer/ui/a.tsx', '../features/home/index.ts', 'renderer ui may not see renderer features'],
    ['src-renderer/ui/a.tsx', '#shared/features/p2p/contract.ts', 'renderer ui may not see shared features'],
    [
      'src-renderer/features/home/a.tsx',
      '../../app/routes.tsx',
      'renderer features may not see renderer app',
    ],
  ])('%s does not import %s', async (file, specifier, message) => {
    const [finding, ...others] = await about(file, `\nimport { x } from '${specifier}';\n`);
    expect(finding).toContain(`${file}:2 ${message}`);
    expect(others).toEqual([]);
  });

  it.each([
    ['src-shared/features/p2p/a.ts', '#shared/kernel/ids.ts'],
    ['src-main/features/relay/a.ts', '#shared/features/relay/contract.ts'],
    ['src-main/features/relay/a.ts', '#main/platform/log.ts'],
    ['src-main/node/a.ts', '#main/features/relay/index.ts'],
    ['src-main/shells/cli/a.ts', '#main/node/create-node.ts'],
    ['src-main/shells/cli/a.ts', '../headless/main.ts'],
    ['src-renderer/platform/a.ts', '../../locales/en/home.json'],
    ['src-renderer/features/home/a.tsx', '../../ui/button.tsx'],
    ['src-renderer/app/a.tsx', '../features/home/index.ts'],
  ])('%s imports %s', async (file, specifier) => {
    expect(await about(file, `import { x } from '${specifier}';`)).toEqual([]);
  });

  it.each([
    ["import type { X } from '#main/node/wiring.ts';"],
    ["export { x } from '#main/node/wiring.ts';"],
    ["export * from '#main/node/wiring.ts';"],
    ["const x = await import('#main/node/wiring.ts');"],
    ["type X = import('#main/node/wiring.ts').X;"],
    ["import '#main/node/wiring.ts';"],
  ])('sees every form of import: %s', async (source) => {
    expect(await about('src-main/features/relay/a.ts', source)).toEqual([
      'src-main/features/relay/a.ts:1 main features may not see node (src-main/node/wiring.ts)',
    ]);
  });

  it('keeps tests and scripts out of the program, and modules on a floor', async () => {
    expect(await about('src-main/node/a.ts', "import { x } from '#test/support/x.ts';")).toHaveLength(1);
    expect(await about('src-main/stray.ts', '')).toHaveLength(1);
    expect(await about('test/unit/a.test.ts', "import { x } from '#main/features/p2p/network.ts';")).toEqual(
      [],
    );
  });

  it('asks for the names of roots instead of relative paths across them', async () => {
    const [finding] = await about(
      'src-main/platform/a.ts',
      "import { x } from '../../src-shared/kernel/ids.ts';",
    );
    expect(finding).toContain('across roots use #shared/');
  });
});

describe('slices', () => {
  it('see leftward through the index only', async () => {
    const leftward = "import { x } from '#main/features/p2p/index.ts';";
    const rightward = "import { x } from '#main/features/endpoint/index.ts';";
    const inside = "import { x } from '#main/features/p2p/network.ts';";
    expect(await about('src-main/features/relay/a.ts', leftward)).toEqual([]);
    expect(await about('src-main/features/relay/a.ts', rightward)).toEqual([
      'src-main/features/relay/a.ts:1 relay may not see endpoint, which stands to its right (src-main/features/endpoint/index.ts)',
    ]);
    expect(await about('src-main/features/relay/a.ts', inside)).toEqual([
      'src-main/features/relay/a.ts:1 enters p2p past its index (src-main/features/p2p/network.ts)',
    ]);
  });

  it('are entered by their index from above, too', async () => {
    const source = "import { x } from '#main/features/p2p/network.ts';";
    expect(await about('src-main/node/a.ts', source)).toHaveLength(1);
    expect(await about('src-main/shells/cli/a.ts', source)).toHaveLength(1);
  });

  it('see their own files as they like', async () => {
    expect(await about('src-main/features/p2p/rpc/a.ts', "import { x } from '../network.ts';")).toEqual([]);
  });

  it('keep the order in shared data as well, common words excepted', async () => {
    const contract = "import { x } from '../registry/contract.ts';";
    const tool = "import type { Tool } from '../registry/tool.ts';";
    expect(await about('src-shared/features/access/a.ts', contract)).toHaveLength(1);
    expect(await about('src-shared/features/access/a.ts', tool)).toEqual([]);
    expect(await about('src-shared/features/p2p/a.ts', tool)).toHaveLength(1);
  });

  it('bear names of the order', async () => {
    expect(await about('src-main/features/misc/a.ts', '')).toHaveLength(1);
    expect(await about('src-renderer/features/home/a.ts', '')).toEqual([]);
  });
});

describe('packages and builtins', () => {
  it('lets only the desktop shell import electron', async () => {
    const source = "import { app } from 'electron';";
    expect(await about('src-main/shells/desktop/main.ts', source)).toEqual([]);
    expect(await about('src-main/shells/cli/main.ts', source)).toHaveLength(1);
    expect(
      await about('src-main/shells/cli/main.ts', "import { x } from '../desktop/tray.ts';"),
    ).toHaveLength(1);
  });

  it.each(['src-shared/kernel/a.ts', 'src-renderer/ui/a.ts'])('keeps Node out of %s', async (file) => {
    expect(await about(file, "import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(await about(file, "import { join } from 'path';")).toHaveLength(1);
    expect(await about(file, "import { z } from 'zod';")).toEqual([]);
  });

  it('keeps globals of Node out of src-shared', async () => {
    const source = "export const a = Buffer.from('');\nexport const b = process.pid;";
    expect(await about('src-shared/kernel/a.ts', source)).toHaveLength(2);
    expect(await about('src-main/platform/a.ts', source)).toEqual([]);
  });
});

describe('time and chance', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'performance.now()',
    'Math.random()',
    'setTimeout(() => {}, 1)',
    'globalThis.setInterval(() => {}, 1)',
    'setImmediate(() => {})',
    'AbortSignal.timeout(5)',
    'crypto.randomUUID()',
  ])('a feature does not use %s', async (use) => {
    const source = `export const a =\n  ${use};`;
    expect(await about('src-main/features/relay/a.ts', source)).toHaveLength(1);
    expect(await about('src-shared/kernel/a.ts', source)).toHaveLength(1);
    expect(await about('src-main/platform/a.ts', source)).toEqual([]);
    expect(await about('src-renderer/app/a.ts', source)).toEqual([]);
  });

  it('does not mind words, comments and dates that are given', async () => {
    const source =
      "// Date.now()\nexport const a = 'setTimeout(x)';\nexport const b = new Date(0);\nclock.setTimeout();";
    expect(await about('src-main/features/relay/a.ts', source)).toEqual([]);
  });

  it('does not let timers in by the module', async () => {
    expect(await about('src-main/features/relay/a.ts', "import 'node:timers/promises';")).toHaveLength(1);
    expect(await about('src-main/shells/cli/a.ts', "import 'node:timers/promises';")).toEqual([]);
  });
});
