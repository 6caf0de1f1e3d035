/** What is committed knows nothing of the machine it was written on, nor of the registry that served it. */
import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Part, Violation } from './part.ts';
import { lineAt } from './lines.ts';
import type { Project } from './project.ts';

const TEXT =
  /(^|\/)(\.[a-z]+rc|\.gitignore|LICENSE|run)$|\.(c?[jt]sx?|m[jt]s|json|jsonc|md|ya?ml|toml|html|css|svg|py|sh|txt)$/;

/** Hosts that serve packages; one of them in a lockfile binds everyone to it. */
const REGISTRY_HOST =
  /\/\/(?:[\w-]+\.)*(?:npmjs\.(?:org|com)|yarnpkg\.com|npmmirror\.com|pythonhosted\.org|pypi\.org|debian\.org|crates\.io)\b/g;

export const traces: Part = {
  name: 'traces',
  proves: 'no paths of a machine, no registry hosts',
  find(project) {
    const patterns = [REGISTRY_HOST, ...machinePaths(project.root)];
    return project.files
      .filter((file) => TEXT.test(file))
      .flatMap((file) => findTraces(project, file, patterns));
  },
};

/** The folders in which this checkout and this user's files lie, unless they are folders that every system has. */
export function machinePaths(root: string, home = homedir()): RegExp[] {
  const common = new Set(['/', '/tmp', '/home', '/root', '/Users']);
  return [...new Set([root, dirname(root), home])]
    .filter((folder) => !common.has(folder) && basename(folder) !== '')
    .map((folder) => new RegExp(`(?<![\\w.-])${escape(folder)}/`, 'g'));
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function findTraces(project: Project, file: string, patterns: readonly RegExp[]): Violation[] {
  const source = project.read(file);
  return patterns.flatMap((pattern) =>
    [...source.matchAll(pattern)].map((match) => ({
      file,
      line: lineAt(source, match.index),
      message: `names ${match[0]}, which belongs to one machine or one registry`,
    })),
  );
}
