/** Lines in a file that is renamed when it is full: at most `files` × `maxBytes` on disk, newest in `node.log`. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '#shared/kernel/bytes.ts';
import { describeFileError, makePrivateFolder, PRIVATE_FILE } from './files.ts';

export interface LogFileOptions {
  dir: string;
  /** Default 5 MiB. */
  maxBytes?: number;
  /** How many files are kept, the current one included. Default 5. */
  files?: number;
  /** Told once when lines begin to get lost (a full disk, say); they are counted and the count is written later. */
  onFault: (error: unknown) => void;
}

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/** Lines are written at once, so that the last words before a kill are there. Throws `storage.…` where it cannot open. */
export function openLogFile({
  dir,
  maxBytes = 5 * 1024 * 1024,
  files = 5,
  onFault,
}: LogFileOptions): LogFile {
  const name = (index: number) => join(dir, index === 0 ? 'node.log' : `node.${index}.log`);
  let file = open();
  let size = fstatSync(file).size;
  let lost = 0;

  function open(): number {
    try {
      makePrivateFolder(dir);
      return openSync(name(0), 'a', PRIVATE_FILE);
    } catch (error) {
      throw describeFileError(error, name(0));
    }
  }

  function rotate(): void {
    closeSync(file);
    for (let index = files - 1; index > 0; index--) moveIfPresent(name(index - 1), name(index));
    file = open();
    size = 0;
  }

  function append(line: string): void {
    const bytes = utf8(line);
    if (size > 0 && size + bytes.length > maxBytes) rotate();
    writeSync(file, bytes);
    size += bytes.length;
  }

  return {
    write(line) {
      try {
        if (lost > 0) append(`{"level":"warn","msg":"${lost} lines were lost"}\n`);
        append(line);
        lost = 0;
      } catch (error) {
        if (lost++ === 0) onFault(error);
      }
    },
    close: () => closeSync(file),
  };
}

function moveIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
