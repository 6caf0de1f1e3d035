/**
 * `npm run bench -- desktop`: how late the event loop of the desktop's main process is while 128 calls are under way, with
 * the node as a child and within the process itself. The hosting code is the desktop's; it runs in a plain Node 24 for
 * both, and as the real main process where this machine has an Electron. `--quick` takes short samples.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findElectron } from '#scripts/lib/desktop.mjs';
import { measureElectron } from './desktop/electron.ts';
import { CONCURRENCY, type LoopDelay, type LoopFigures } from './desktop/loop.ts';
import { type Figure, measured, report, round, table } from './support/report.ts';

const durationMs = process.argv.includes('--quick') ? 1_500 : 8_000;
const hostFile = fileURLToPath(new URL('desktop/loop-host.ts', import.meta.url));

async function inPlainNode(kind: 'child' | 'main'): Promise<LoopFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [hostFile, kind, String(durationMs)]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoopFigures;
}

const rows: Array<[string, LoopDelay]> = [];
const add = (where: string, { http, window }: LoopFigures) =>
  rows.push([`${where}: AI clients over HTTP`, http], [`${where}: a window over its port`, window]);

const child = await inPlainNode('child');
const main = await inPlainNode('main');
add('Node 24, node as a child', child);
add('Node 24, node inside', main);
const notes: string[] = [];
const figures: Figure[] = [
  measured('desktop.loop-p99-child-http', child.http.p99Ms, 'ms'),
  measured('desktop.loop-p99-child-window', child.window.p99Ms, 'ms'),
  measured('desktop.loop-p99-main-http', main.http.p99Ms, 'ms'),
  measured('desktop.loop-p99-main-window', main.window.p99Ms, 'ms'),
];
if (findElectron()) {
  const electron = await measureElectron(durationMs);
  for (const [kind, found] of electron.measured) {
    add(`Electron ${electron.version}, node ${kind === 'child' ? 'as a child' : 'inside'}`, found);
    figures.push(
      measured(`desktop.electron-loop-p99-${kind}-http`, found.http.p99Ms, 'ms'),
      measured(`desktop.electron-loop-p99-${kind}-window`, found.window.p99Ms, 'ms'),
    );
  }
  notes.push(...electron.notes);
} else
  notes.push(
    'Not run on Electron: there is no runtime here (ELECTRON_OVERRIDE_DIST_PATH names one’s folder).',
  );

console.log(`\nDelay of the hosting event loop with ${CONCURRENCY} calls of 1 KiB under way\n`);
console.log(
  table(
    ['where', 'p50 ms', 'p99 ms', 'max ms', 'calls/s'],
    rows.map(([where, delay]) => [
      where,
      round(delay.p50Ms),
      round(delay.p99Ms),
      round(delay.maxMs),
      round(delay.callsPerSecond),
    ]),
  ),
);
for (const note of notes) console.log(`\n${note}`);
process.exit(report('desktop', figures) ? 0 : 1);
