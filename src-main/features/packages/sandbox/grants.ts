/**
 * Granted paths as they really are. What the package may write to, it may replace by a link, and the next start would show it
 * whatever that link leads to: so links below its own places are refused, and others, which the operator made, resolved.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import type { SandboxProfile } from './types.ts';

/** Throws `packages.path_missing` for a path that is not there or leads elsewhere. */
export function settled(profile: SandboxProfile): SandboxProfile {
  const program = real(profile.program);
  const data = real(profile.data);
  const writable = [data, ...profile.write.map(real)];
  const settle = (path: string): string => {
    const resolved = real(path);
    const link = linkBelow(path, writable);
    if (link !== undefined) throw unusable(path, `leads elsewhere: ${link} is a link`);
    return resolved;
  };
  return { ...profile, program, data, read: profile.read.map(settle), write: profile.write.map(settle) };
}

/** A link on the way to `path` that lies inside one of `folders`. */
function linkBelow(path: string, folders: readonly string[]): string | undefined {
  for (const place of upwards(path)) {
    const folder = real(dirname(place));
    if (!lstatSync(place).isSymbolicLink()) continue;
    if (folders.some((known) => folder === known || folder.startsWith(`${known}/`))) return place;
  }
  return undefined;
}

function upwards(path: string): string[] {
  return dirname(path) === path ? [] : [path, ...upwards(dirname(path))];
}

function real(path: string): string {
  if (!isAbsolute(path)) throw unusable(path, 'is not a full path');
  try {
    return realpathSync(path);
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw unusable(path, code === 'ENOENT' ? 'does not exist' : `cannot be used (${code})`);
  }
}

const unusable = (path: string, why: string): AppError =>
  new AppError('packages.path_missing', `The package may use ${path}, which ${why}.`, {
    advice: 'Create it, or choose another one in the settings of the package.',
    details: { path },
  });
