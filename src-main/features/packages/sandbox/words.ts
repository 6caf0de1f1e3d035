/**
 * The line that the library makes for a shell, as words again, and what is made tighter in it. Pure.
 *
 * The library puts empty folders that may be written to over what is denied, as large as half of the memory, and leaves `/sys`
 * as it is. Here those folders are read-only, and the two that programs do write to are small.
 */
import { AppError } from '#shared/kernel/errors.ts';

/** What a program may keep in `/tmp` and in shared memory; its files belong into its data. */
const TEMPORARY_BYTES = 64 << 20;
const WRITABLE = ['/tmp', '/dev/shm'];

/** Words of a line that holds nothing but plain, single-quoted and double-quoted parts. Throws for anything else. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  const part = /(\s+)|'([^']*)'|"([^"$`\\]*)"|([^\s'"\\$`;&|<>()*?[\]#~]+)/gsu;
  let word: string | undefined;
  let end = 0;
  for (const found of line.matchAll(part)) {
    if (found.index !== end) break;
    end += found[0].length;
    if (found[1] === undefined) word = (word ?? '') + (found[2] ?? found[3] ?? found[4] ?? '');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end !== line.length)
    throw new AppError('packages.no_sandbox', 'The sandbox gave a command that is not understood.', {
      advice: 'Report this: the program that confines packages has changed.',
    });
  return word === undefined ? words : [...words, word];
}

/** @param words a command line of bubblewrap that ends in `-- program arguments` */
export function tightened(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const options = words.slice(0, end);
  const covered = options.flatMap((word, index) => (word === '--tmpfs' ? [options[index + 1] ?? ''] : []));
  const closed = covered.filter((path) => !WRITABLE.includes(path));
  return [
    ...options.flatMap((word, index) =>
      word === '--tmpfs' && WRITABLE.includes(options[index + 1] ?? '') ? [...SMALL, word] : [word],
    ),
    ...['--tmpfs', '/sys', '--remount-ro', '/sys'],
    ...[...SMALL, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...closed.flatMap((path) => ['--remount-ro', path]),
    ...words.slice(end),
  ];
}

const SMALL = ['--size', String(TEMPORARY_BYTES)];
