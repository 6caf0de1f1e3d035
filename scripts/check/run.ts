/** Runs the parts of the check, two at a time: several of them are processes. */
import { root } from '../lib/root.mjs';
import { builder } from './builder.ts';
import { cycles } from './cycles.ts';
import { descriptions } from './descriptions.ts';
import { faultTexts } from './fault-texts.ts';
import { floors } from './floors.ts';
import { links } from './links.ts';
import { locales } from './locales.ts';
import type { Part, Violation } from './part.ts';
import { openProject, type Project } from './project.ts';
import { traces } from './traces.ts';
import { format, lint, types, unused } from './tools.ts';
import { usedTexts } from './used-texts.ts';
import { versions } from './versions.ts';

const AT_ONCE = 2;

/** The slow ones first. */
const PARTS: readonly Part[] = [
  types,
  lint,
  unused,
  format,
  floors,
  cycles,
  locales,
  descriptions,
  usedTexts,
  faultTexts,
  links,
  versions,
  builder,
  traces,
];

export interface PartResult {
  part: Part;
  violations: Violation[];
  tookMs: number;
}

export const partNames: readonly string[] = PARTS.map((part) => part.name);

/** Runs the named parts, or all of them. `report` is told of each as it ends. */
export async function runChecks(
  names: readonly string[],
  report: (result: PartResult) => void,
): Promise<PartResult[]> {
  const project = openProject(root);
  const waiting = PARTS.filter((part) => names.length === 0 || names.includes(part.name));
  const results: PartResult[] = [];
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const startedAt = performance.now();
      const violations = await findIn(part, project);
      const result = { part, violations, tookMs: performance.now() - startedAt };
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** A part that cannot do its work, over a file that does not parse say, has found something wrong too. */
async function findIn(part: Part, project: Project): Promise<Violation[]> {
  try {
    return await part.find(project);
  } catch (error) {
    return [{ file: part.name, message: error instanceof Error ? error.message : String(error) }];
  }
}
