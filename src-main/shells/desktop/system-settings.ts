/** What the application itself remembers, in `DATA/desktop.json`: it must be known while there is no node to ask. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Log } from '#main/platform/log.ts';
import { writeFileAtomic } from '#main/platform/files.ts';

/** Matters that a person was notified of, so that a restart does not repeat them; the oldest are forgotten. */
export const MAX_NOTIFIED = 256;

const settingsSchema = z.object({
  /** Of the window, as far as it was told; else the system's. */
  language: z.string().max(20).optional(),
  notifications: z.boolean().default(true),
  notified: z.array(z.string()).max(MAX_NOTIFIED).default([]),
  /** Whether the person was told that closing the window does not stop the node. */
  toldClosing: z.boolean().default(false),
  updates: z.object({ feed: z.string().optional(), publicKey: z.string().optional() }).default({}),
});
export type SystemSettings = z.output<typeof settingsSchema>;

export interface SystemSettingsStore {
  get(): SystemSettings;
  /** On disk when it returns. Throws `storage.…`. */
  change(part: Partial<SystemSettings>): void;
}

/** A file that cannot be read is said in the log and begun anew: nothing in it is worth not starting. */
export function openSystemSettings(file: string, log: Log): SystemSettingsStore {
  let settings = readSettings(file, log);
  return {
    get: () => settings,
    change(part) {
      settings = { ...settings, ...part };
      writeFileAtomic(file, `${JSON.stringify(settings, null, 2)}\n`);
    },
  };
}

function readSettings(file: string, log: Log): SystemSettings {
  const initial = settingsSchema.parse({});
  if (!existsSync(file)) return initial;
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    log.warn({ err: error, file }, 'the settings of the application could not be read');
    return initial;
  }
}
