import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runChild } from '#test/support/child.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { openFiles } from './open-files.ts';

const PROGRAM = new URL('./connect-again.ts', import.meta.url);
/** Long enough to be hit in the middle of a write. */
const BALLAST = JSON.stringify({ tips: Array.from({ length: 3_000 }, (_, at) => `tip ${at}`) }, null, 2);

let root: string;
let file: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'client-kill-')));
  mkdirSync(join(root, 'home/.cursor'), { recursive: true });
  mkdirSync(join(root, 'data'));
  file = join(root, 'home/.cursor/mcp.json');
  writeFileSync(file, BALLAST);
});
afterEach(() => rmSync(root, { recursive: true }));

test('a client’s file survives SIGKILL at any time: without us or with us, never half, and always to be undone', async () => {
  const random = createSeededRandom('client kills');
  const seen = new Set<string>();
  for (let kill = 0; kill < 10; kill += 1) {
    const child = runChild(PROGRAM, [root]);
    await child.line();
    await sleep(random.float() * 300);
    await child.kill();
    const text = readFileSync(file, 'utf8');
    const { mcpServers, ...rest } = JSON.parse(text) as { mcpServers?: object };
    expect(JSON.stringify(rest, null, 2)).toBe(BALLAST);
    seen.add(mcpServers === undefined ? 'without' : 'with');
    const { entry } =
      openFiles(root)
        .detect()
        .find(({ id }) => id === 'cursor') ?? {};
    expect(entry).toBe(mcpServers === undefined ? 'absent' : 'present');
    openFiles(root).disconnectAll();
    expect(readFileSync(file, 'utf8')).toBe(BALLAST);
  }
  expect(seen).toEqual(new Set(['with', 'without']));
  openFiles(root).connect({ client: 'cursor' }, 'default');
  expect(readdirSync(join(root, 'home/.cursor'))).toEqual(['mcp.json']);
});

test('on a full disk the file stays as it was, and it is said', () => {
  // No file of this process may grow beyond the limit: writing fails as it does without space.
  openFiles(root);
  const script = 'trap "" XFSZ; ulimit -f 30; exec "$0" "$@"';
  const said = execFileSync('bash', ['-c', script, process.execPath, fileURLToPath(PROGRAM), root, 'once'], {
    encoding: 'utf8',
  });
  expect(said.trim()).toMatch(/^clients\.file_not_written$/);
  expect(readFileSync(file, 'utf8')).toBe(BALLAST);
  expect(readdirSync(join(root, 'home/.cursor'))).toEqual(['mcp.json']);
});
