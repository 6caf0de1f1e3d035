/** Remembers the main window between two starts. A file that cannot be read or written costs nothing but the memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PRIVATE_FILE, writeFileAtomic } from '#main/platform/files.ts';
import type { Log } from '#main/platform/log.ts';
import { windowStateSchema } from './window-bounds.ts';

const storedSchema = z.object({
  window: windowStateSchema.optional(),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
});
export type WindowMemory = z.output<typeof storedSchema>;

export interface WindowStore {
  read(): WindowMemory;
  write(changes: Partial<WindowMemory>): void;
}

export function openWindowStore(folder: string, log: Log): WindowStore {
  const file = join(folder, 'window.json');
  let known = load(file, log);
  return {
    read: () => known,
    write(changes) {
      const next = { ...known, ...changes };
      if (JSON.stringify(next) === JSON.stringify(known)) return;
      known = next;
      try {
        writeFileAtomic(file, JSON.stringify(next), PRIVATE_FILE);
      } catch (error) {
        log.warn({ err: error }, 'where the window was cannot be kept');
      }
    },
  };
}

function load(file: string, log: Log): WindowMemory {
  try {
    return storedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: error }, 'where the window was cannot be read');
    return storedSchema.parse({});
  }
}
