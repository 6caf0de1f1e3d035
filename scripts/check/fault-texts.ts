/** Faults that a person can meet have words in the interface's languages, not only the English of the code. */
import { type Argument, parseSync, Visitor } from 'oxc-parser';
import { readLocales } from './locales.ts';
import { lineAt } from './lines.ts';
import type { Part, Violation } from './part.ts';
import type { Project } from './project.ts';

/**
 * Codes that no window shows, by their first word: answers to programs (`api`, `web`), the command line, which speaks
 * English (`cli`, `hosting`), what nodes say of each other's bytes (`records`), and faults of the program itself.
 */
const UNSEEN = new Set(['api', 'cli', 'crypto', 'hosting', 'records', 'web']);

/** Single codes of the same sort in slices whose other faults people meet. */
const UNSEEN_CODES = new Set([
  'central.cannot_run',
  'governance.bad_adoption',
  'governance.wrong_signer',
  'kernel.not_json',
  'kernel.unencodable',
  'kernel.wrong_type',
  'registry.bad_entry',
  'registry.wrong_signer',
]);

const CODE = /^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$/;

export const faultTexts: Part = {
  name: 'faults',
  proves: 'every fault that a person can meet has words in every language',
  find(project) {
    const english = readLocales(project).find(
      ({ language, namespace }) => language === 'en' && namespace === 'errors',
    );
    return compareFaults(english?.texts ?? new Map(), readFaults(project));
  },
};

export interface FaultUse {
  file: string;
  line: number;
  code: string;
}

const readFaults = (project: Project): FaultUse[] =>
  project.files
    .filter((file) => /^src-(main|shared|renderer)\/.*\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .flatMap((file) => faultsOf(file, project.read(file)));

/** Codes that a module makes faults with: `new AppError(code, …)` and helpers called with a code and a sentence. */
export function faultsOf(file: string, source: string): FaultUse[] {
  const found: FaultUse[] = [];
  const note = (code: string | undefined, start: number) => {
    if (code !== undefined && CODE.test(code)) found.push({ file, line: lineAt(source, start), code });
  };
  new Visitor({
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type === 'Identifier' && callee.name === 'AppError') note(textOf(given[0]), start);
    },
    CallExpression({ arguments: given, start }) {
      if (isSentence(given[1])) note(textOf(given[0]), start);
    },
  }).visit(parseSync(file, source).program);
  return found;
}

const textOf = (argument: Argument | undefined): string | undefined =>
  argument?.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined;

/** Whether an argument reads like something said to a person. */
function isSentence(argument: Argument | undefined): boolean {
  const head = argument?.type === 'TemplateLiteral' ? argument.quasis[0]?.value.cooked : textOf(argument);
  return head !== undefined && head !== null && /^[A-Z“]\S* /.test(head);
}

export function compareFaults(english: ReadonlyMap<string, string>, uses: readonly FaultUse[]): Violation[] {
  const missing = uses.filter(
    ({ code }) =>
      !UNSEEN.has(code.split('.')[0] ?? '') && !UNSEEN_CODES.has(code) && !english.has(`${code}.message`),
  );
  return missing.map(({ file, line, code }) => ({
    file,
    line,
    message: `the fault ${code} has no words in locales/*/errors.json`,
  }));
}
