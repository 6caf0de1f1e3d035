/** `settings.json`: an object of dotted keys. Unknown keys are kept, a file that cannot be read is a fault. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { describeFileError, writeFileAtomic } from '#main/platform/files.ts';

const MAX_BYTES = 1024 * 1024;

/** Empty where there is no file. Throws `settings.unreadable` or `storage.unreadable`. */
export function readSettingsFile(file: string): JsonObject {
  if (!existsSync(file)) return {};
  const text = readText(file);
  try {
    const content: unknown = JSON.parse(text);
    if (content !== null && typeof content === 'object' && !Array.isArray(content))
      return content as JsonObject;
  } catch (cause) {
    throw unreadable(file, (cause as Error).message, cause);
  }
  throw unreadable(file, 'it must be an object');
}

export const writeSettingsFile = (file: string, content: JsonObject): void =>
  writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`);

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw unreadable(file, 'it is far too large');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw describeFileError(error, file);
  }
}

const unreadable = (file: string, why: string, cause?: unknown): AppError =>
  new AppError('settings.unreadable', `The settings in ${file} cannot be read: ${why}.`, {
    advice: 'Repair the file, or move it away to return to the defaults.',
    cause,
  });
