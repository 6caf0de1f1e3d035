/** The description of the installers is one that electron-builder understands, and every file that it names is there. */
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import type { Part, Violation } from './part.ts';
import type { Project } from './project.ts';

const FILE = 'electron-builder.yml';
/** Made by `npm run dist` itself. */
const STAGED = 'dist/';

type Validate = (config: unknown, debug: { isEnabled: boolean }) => Promise<void>;

export const builder: Part = {
  name: 'builder',
  proves: 'electron-builder understands its file, and what that names is there',
  async find(project) {
    const config: unknown = parse(project.read(FILE));
    return [...(await faultsOfSchema(config)), ...missingFiles(config, project)];
  },
};

/** electron-builder's own check, of the version that packages. */
export async function faultsOfSchema(config: unknown): Promise<Violation[]> {
  const require = createRequire(import.meta.url);
  const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
    validateConfiguration: Validate;
  };
  try {
    await validateConfiguration(structuredClone(config), { isEnabled: false });
    return [];
  } catch (error) {
    // The advice below it is about a web page.
    const [words = ''] = (error as Error).message.split('How to fix:');
    return [{ file: FILE, message: words.replaceAll(/\s+/g, ' ').trim() }];
  }
}

/** Paths of the checkout among the values, wherever they stand. */
export function missingFiles(config: unknown, { files }: Pick<Project, 'files'>): Violation[] {
  return pathsIn(config)
    .filter((path) => !path.startsWith(STAGED))
    .filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)))
    .map((path) => ({ file: FILE, message: `names ${path}, which is not there` }));
}

function pathsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return /^(assets|build|dist|scripts|src-[a-z]+)(\/[\w.-]+)+$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
