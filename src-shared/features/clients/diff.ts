/** A change of a text as lines for people. */
import type { DiffLine } from './files.ts';

/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;
/** Beyond this many changed lines they are not matched one by one. */
const MAX_MATCHED = 600;

/** What differs, with a little around it; empty where nothing does. Values that look like secrets are left out. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  if (head === a.length && head === b.length) return [];
  const same = (from: number, to: number, shift = 0): DiffLine[] =>
    a.slice(from, to).map((text, at) => ({ kind: 'same', text: masked(text), line: from + at + 1 + shift }));
  const gap = (missing: boolean): DiffLine[] => (missing ? [{ kind: 'gap', text: '' }] : []);
  const from = Math.max(0, head - CONTEXT);
  const end = a.length - tail;
  const to = Math.min(a.length, end + CONTEXT);
  return [
    ...gap(from > 0),
    ...same(from, head),
    ...matched(a.slice(head, end), b.slice(head, b.length - tail), head),
    ...same(end, to, b.length - a.length),
    ...gap(to < a.length),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Longest common subsequence; what a change leaves in between stays shown as it is. */
function matched(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const removed = (at: number): DiffLine => ({
    kind: 'remove',
    text: masked(a[at] as string),
    line: offset + at + 1,
  });
  const added = (at: number): DiffLine => ({ kind: 'add', text: b[at] as string, line: offset + at + 1 });
  if (a.length + b.length > MAX_MATCHED)
    return [...a.map((_, at) => removed(at)), ...b.map((_, at) => added(at))];
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      (lengths[i] as number[])[j] =
        a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: masked(a[i] as string), line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || length(i + 1, j) >= length(i, j + 1)))
      lines.push(removed(i++));
    else lines.push(added(j++));
  }
  return lines;
}

const SECRET = /((?:key|token|secret|password|authorization)["']?\s*[:=]\s*["']?)[^"'\s,][^"',]*/gi;

/** Lines of others that are shown around ours may hold their keys. */
const masked = (line: string): string => line.replace(SECRET, '$1•••');
