/** What the first page loads before it can be drawn: the scripts that index.html names, compressed as they would travel. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { atMost, type Figure, measured } from '../support/report.ts';

const folder = fileURLToPath(new URL('../../../dist/renderer/', import.meta.url));
export const kilobytes = (bytes: number): number => bytes / 1000;
/** Bytes of a file of the built pages, compressed. */
export const zipped = (file: string): number =>
  gzipSync(readFileSync(`${folder}${file}`), { level: 9 }).length;

/** Words that only these libraries contain, to find the file that holds them. */
const HEAVY = { graph: /could not find a valid position/, charts: /u-hz|uplot/i };

export function measureBundle(): Figure[] {
  const page = readFileSync(`${folder}index.html`, 'utf8');
  const first = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, file]) => file as string,
  );
  const scripts = first.filter((file) => file.endsWith('.js'));
  const all = readdirSync(`${folder}assets`).filter((file) => file.endsWith('.js'));
  const loadedEarly = (pattern: RegExp) =>
    scripts.filter((file) => pattern.test(readFileSync(`${folder}${file}`, 'utf8'))).length;
  const sum = (files: readonly string[]) => kilobytes(files.reduce((total, file) => total + zipped(file), 0));
  return [
    atMost('main bundle, gzip', sum(scripts), 'kB', 220),
    atMost('graph in the main bundle', loadedEarly(HEAVY.graph), 'files', 0),
    atMost('charts in the main bundle', loadedEarly(HEAVY.charts), 'files', 0),
    measured('first style sheets, gzip', sum(first.filter((file) => file.endsWith('.css'))), 'kB'),
    measured('all scripts of all pages and languages, gzip', sum(all.map((file) => `assets/${file}`)), 'kB'),
  ];
}
