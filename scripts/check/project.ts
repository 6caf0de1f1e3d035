/** The files of the checkout, read once and shared by the parts of the check. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Module, readModule } from './module.ts';

const IGNORED = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage', 'test-results']);
const MODULE = /(?<!\.d)\.(ts|tsx|mts|mjs)$/;

export interface Project {
  root: string;
  /** Every file that is not ignored, sorted, as paths from the root with slashes. */
  files: readonly string[];
  read(file: string): string;
  /** The TypeScript and JavaScript modules, parsed. */
  modules(): readonly Module[];
}

export function openProject(root: string): Project {
  const files = listFiles(root, '').sort();
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  let modules: Module[] | undefined;
  return {
    root,
    files,
    read,
    modules() {
      modules ??= files.filter((file) => MODULE.test(file)).map((file) => readModule(file, read(file)));
      return modules;
    },
  };
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : listFiles(root, path);
    return entry.isFile() ? [path] : [];
  });
}
