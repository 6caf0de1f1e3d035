import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/** Where an import leads. */
export type Target =
  | { kind: 'file'; path: string }
  | { kind: 'builtin'; name: string }
  | { kind: 'package'; name: string };

/** The `imports` of package.json. */
const ROOTS: Record<string, string> = {
  '#shared/': 'src-shared/',
  '#main/': 'src-main/',
  '#scripts/': 'scripts/',
  '#test/': 'test/',
};

/** Resolves what `from` (a path from the root) imports, without looking at the disk. */
export function resolveImport(from: string, specifier: string): Target {
  const bare = specifier.replace(/\?.*$/, '');
  if (/^\.{1,2}(\/|$)/.test(bare)) return { kind: 'file', path: posix.join(posix.dirname(from), bare) };
  for (const [prefix, folder] of Object.entries(ROOTS))
    if (bare.startsWith(prefix))
      return { kind: 'file', path: posix.normalize(folder + bare.slice(prefix.length)) };
  if (isBuiltin(bare)) return { kind: 'builtin', name: bare };
  return { kind: 'package', name: bare.split('/', bare.startsWith('@') ? 2 : 1).join('/') };
}
