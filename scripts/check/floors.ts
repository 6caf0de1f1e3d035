/** Who may import whom, and which globals stay out of the features. */
import type { GlobalUse, Import, Module } from './module.ts';
import type { Part, Violation } from './part.ts';
import {
  type Floor,
  MAY_SEE,
  type Place,
  placeOf,
  rootOf,
  SIDE_DOORS,
  SLICES,
  VOCABULARY,
} from './places.ts';
import { resolveImport } from './resolve.ts';

export const floors: Part = {
  name: 'floors',
  proves: 'imports point down and left, slices are entered by their index, time and chance are arguments',
  find: (project) => project.modules().flatMap(violationsOf),
};

function violationsOf(module: Module): Violation[] {
  const place = placeOf(module.file);
  if (!place) return rootOf(module.file).startsWith('src-') ? misplaced(module) : [];
  const found = [
    ...module.imports.map((item) => ({ line: item.line, message: faultOfImport(module.file, place, item) })),
    ...module.globals.map((use) => ({ line: use.line, message: faultOfGlobal(place.floor, use) })),
  ];
  return [
    ...unknownSlice(module.file, place),
    ...found.flatMap(({ line, message }) => (message ? [{ file: module.file, line, message }] : [])),
  ];
}

const misplaced = ({ file }: Module): Violation[] => [
  { file, message: 'stands on no floor; docs/architecture.md names the folders' },
];

/** The floors that are divided into the slices of the order. */
const ORDERED: readonly Floor[] = ['shared features', 'main features'];

function unknownSlice(file: string, { floor, slice }: Place): Violation[] {
  if (slice === undefined || !ORDERED.includes(floor) || SLICES.includes(slice)) return [];
  return [{ file, message: `"${slice}" is no slice; the order in scripts/check/places.ts names them all` }];
}

/** The sentence that says what is wrong with an import, or undefined. */
function faultOfImport(file: string, from: Place, { specifier }: Import): string | undefined {
  const target = resolveImport(file, specifier);
  if (target.kind === 'builtin') return faultOfBuiltin(file, from.floor, target.name);
  if (target.kind === 'package') return faultOfPackage(from, target.name);
  if (rootOf(target.path) !== rootOf(file) && specifier.startsWith('.') && !isData(target.path))
    return `reaches ${target.path} by a relative path; across roots use #shared/ or #main/`;
  const to = placeOf(target.path);
  if (!to)
    return isData(target.path) ? undefined : `imports ${target.path}, which is not part of the program`;
  return faultOfFloor(from, to, target.path) ?? faultOfSlice(from, to, target.path);
}

/** Data files may be read from anywhere: they import nothing. */
const isData = (path: string) => /\.(json|css|svg|webp|sql)$/.test(path);

function faultOfBuiltin(file: string, floor: Floor, name: string): string | undefined {
  const root = rootOf(file);
  if (root !== 'src-main') return `imports ${name}; ${root} runs in browsers too`;
  if (floor === 'main features' && /^(node:)?timers(\/|$)/.test(name))
    return `imports ${name}; a feature gets its time from a Clock`;
  return undefined;
}

function faultOfPackage(from: Place, name: string): string | undefined {
  if (name !== 'electron' || (from.floor === 'shells' && from.slice === 'desktop')) return undefined;
  return 'imports electron; only shells/desktop may';
}

function faultOfFloor(from: Place, to: Place, path: string): string | undefined {
  if (!MAY_SEE[from.floor].includes(to.floor)) return `${from.floor} may not see ${to.floor} (${path})`;
  if (to.floor === 'shells' && to.slice === 'desktop' && from.slice !== 'desktop')
    return `imports ${path}; nothing may depend on the desktop shell`;
  return undefined;
}

function faultOfSlice(from: Place, to: Place, path: string): string | undefined {
  if (to.slice === undefined || to.floor === 'shells') return undefined;
  if (from.slice === to.slice && from.floor !== 'shells') return undefined;
  if (ORDERED.includes(from.floor) && !standsLeft(to.slice, from.slice, path))
    return `${from.slice} may not see ${to.slice}, which stands to its right (${path})`;
  if (to.floor !== 'shared features' && !/\/index\.tsx?$/.test(path) && !SIDE_DOORS.includes(path))
    return `enters ${to.slice} past its index (${path})`;
  return undefined;
}

function standsLeft(slice: string, of: string | undefined, path: string): boolean {
  const own = SLICES.indexOf(of ?? '');
  const seenFrom = VOCABULARY[path];
  return SLICES.indexOf(slice) < own || (seenFrom !== undefined && SLICES.indexOf(seenFrom) <= own);
}

const UNTIMED: readonly Floor[] = ['kernel', 'shared features', 'joined contract', 'main features'];
const RAW_TIME =
  /^(Date\.now|new Date\(\)|performance\.now|AbortSignal\.timeout|set(Timeout|Interval|Immediate))$/;
const RAW_CHANCE = /^(Math\.random|crypto\.(randomUUID|getRandomValues|randomBytes|randomInt))$/;

function faultOfGlobal(floor: Floor, { name }: GlobalUse): string | undefined {
  if (UNTIMED.includes(floor)) {
    if (RAW_TIME.test(name)) return `uses ${name}; time is an argument (Clock)`;
    if (RAW_CHANCE.test(name)) return `uses ${name}; randomness is an argument (Random)`;
  }
  if ((floor === 'kernel' || floor === 'shared features') && /^(process|Buffer)\./.test(name))
    return `uses ${name}; src-shared runs in browsers too`;
  return undefined;
}
