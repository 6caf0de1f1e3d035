import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepLeftOvers } from '#main/features/packages/sandbox/left-overs.ts';

const USER = process.getuid?.();

describe.skipIf(process.platform === 'win32')('sockets that killed processes left', () => {
  let folder: string;
  let live: Server | undefined;
  const at = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'left-'));
  });
  afterEach(() => {
    live?.close();
    rmSync(folder, { recursive: true });
  });

  /** As SIGKILL leaves it. */
  function leave(name: string): void {
    const script = `require('node:net').createServer().listen(${JSON.stringify(at(name))}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(at(name))).toBe(true);
  }

  it('go, and those that somebody listens at stay', async () => {
    leave('srt-mux-12-0.sock');
    leave('claude-http-00ff.sock');
    live = createServer().listen(at('srt-mux-13-0.sock'));
    await new Promise((resolve) => live?.once('listening', resolve));
    expect((await sweepLeftOvers(folder, USER)).toSorted()).toEqual([
      at('claude-http-00ff.sock'),
      at('srt-mux-12-0.sock'),
    ]);
    expect(existsSync(at('srt-mux-13-0.sock'))).toBe(true);
  });

  it('stay where they are another’s, or no sockets, or named otherwise', async () => {
    leave('srt-mux-12-0.sock');
    leave('other.sock');
    writeFileSync(at('srt-mux-14-0.sock'), 'a file');
    expect(await sweepLeftOvers(folder, (USER ?? 0) + 1)).toEqual([]);
    expect(await sweepLeftOvers(folder, USER)).toEqual([at('srt-mux-12-0.sock')]);
    expect(existsSync(at('srt-mux-14-0.sock'))).toBe(true);
  });
});
