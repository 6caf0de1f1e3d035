/** Dependencies are pinned: what was tested is what is installed. */
import type { Part, Violation } from './part.ts';
import { lineAt } from './lines.ts';

const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'];
const EXACT = /^(npm:(@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

export const versions: Part = {
  name: 'versions',
  proves: 'every dependency at one exact version',
  find: (project) => findLooseVersions('package.json', project.read('package.json')),
};

export function findLooseVersions(file: string, source: string): Violation[] {
  const manifest = JSON.parse(source) as Record<string, Record<string, string> | undefined>;
  return FIELDS.flatMap((field) =>
    Object.entries(manifest[field] ?? {}).flatMap(([name, version]) => {
      if (EXACT.test(version)) return [];
      const line = lineAt(source, source.indexOf(`"${name}": "${version}"`));
      return [{ file, line, message: `${name} is "${version}", not an exact version` }];
    }),
  );
}
