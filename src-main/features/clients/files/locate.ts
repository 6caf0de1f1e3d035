/** Where a client's file lies on this machine, and whether the client is installed. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { ClientApp, ClientSystem, PathTemplate } from '#shared/features/clients/apps.ts';
import { AppError } from '#shared/kernel/errors.ts';

export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  home: string;
}

/** Folders of programs that a desktop app's PATH often lacks. */
const MORE_PROGRAMS = ['~/.local/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The client's own file, or that of a project. Throws `clients.no_project_file`. */
export function fileOf(app: ClientApp, machine: Machine, folder?: string): string {
  if (folder !== undefined) {
    if (!app.projectFile) throw noProjectFile(app);
    return join(resolve(folder), app.projectFile);
  }
  const candidates = app.files[systemOf(machine)].flatMap((template) => expand(template, machine));
  const found =
    candidates.find((path) => existsSync(path)) ??
    candidates.find((path) => dirname(path) !== machine.home && existsSync(dirname(path))) ??
    candidates.at(-1);
  if (found === undefined) throw new Error(`The table names no file of ${app.id}.`);
  return candidates.length > 1 && !existsSync(dirname(found)) ? (candidates[0] as string) : found;
}

export function isInstalled(app: ClientApp, machine: Machine): boolean {
  const file = fileOf(app, machine);
  if (existsSync(file)) return true;
  if (dirname(file) !== machine.home && existsSync(dirname(file))) return true;
  const signs = app.signs[systemOf(machine)].flatMap((template) => expand(template, machine));
  return (
    signs.some((path) => existsSync(path)) || (app.programs ?? []).some((name) => isProgram(name, machine))
  );
}

const systemOf = ({ platform }: Machine): ClientSystem =>
  platform === 'darwin' ? 'macos' : platform === 'win32' ? 'windows' : 'linux';

/** The paths of a template: one, or as many as fit its star. */
function expand(template: PathTemplate, { env, home }: Machine): string[] {
  const filled = template
    .replace(/\{(\w+)\|([^}]*)\}/g, (_, name: string, other: string) => env[name] || other)
    .replace(/^~(?=$|[\\/])/, () => home);
  const star = filled.indexOf('*');
  if (star < 0) return [resolve(filled)];
  const slash = filled.lastIndexOf('/', star);
  const [folder, prefix, rest] = [
    filled.slice(0, slash),
    filled.slice(slash + 1, star),
    filled.slice(star + 1),
  ];
  return namesIn(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => resolve(folder + '/' + name + rest));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Without the folder nothing fits the star.
    return [];
  }
}

function isProgram(name: string, machine: Machine): boolean {
  const { env, platform } = machine;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const more = platform === 'win32' ? [] : MORE_PROGRAMS.flatMap((template) => expand(template, machine));
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return [...folders, ...more].some((folder) =>
    endings.some((ending) => existsSync(join(folder, name + ending))),
  );
}

const noProjectFile = ({ name }: ClientApp): AppError =>
  new AppError('clients.no_project_file', `${name} reads no file of a project.`, {
    advice: 'Leave the folder out, so that its own file is meant.',
  });
