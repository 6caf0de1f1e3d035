/** What a module asks for: its imports, and the globals whose use the house rules limit. */
import { type EcmaScriptModule, parseSync, type Program, Visitor } from 'oxc-parser';
import { lineAt } from './lines.ts';

export interface Import {
  /** As written: `./clock.ts`, `#shared/kernel/errors.ts`, `node:fs`, `zod`. */
  specifier: string;
  line: number;
  /** Gone at run time: `import type`, `export type`, or `import('…')` in a type. */
  typeOnly: boolean;
}

export interface GlobalUse {
  /** `Date.now`, `setTimeout`, `new Date`, … */
  name: string;
  line: number;
}

export interface Module {
  file: string;
  imports: Import[];
  globals: GlobalUse[];
}

/** Objects whose members are reported as `Object.member`. */
const WATCHED_OBJECTS = new Set([
  'Date',
  'Math',
  'performance',
  'AbortSignal',
  'process',
  'Buffer',
  'crypto',
]);
const WATCHED_FUNCTIONS = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** Throws an error that names the file when the source does not parse. */
export function readModule(file: string, source: string): Module {
  const parsed = parseSync(file, source);
  const fault = parsed.errors.find((error) => error.severity === 'Error');
  if (fault) throw new Error(`${file}:${lineAt(source, fault.labels[0]?.start ?? 0)} ${fault.message}`);
  const lineOf = (offset: number) => lineAt(source, offset);
  const { globals, typeImports } = readBody(parsed.program, lineOf);
  return { file, globals, imports: [...readImports(parsed.module, source, lineOf), ...typeImports] };
}

type LineOf = (offset: number) => number;

function readImports(module: EcmaScriptModule, source: string, lineOf: LineOf): Import[] {
  const imports = module.staticImports.map((found) => ({
    specifier: found.moduleRequest.value,
    line: lineOf(found.start),
    typeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
  }));
  const reexports = module.staticExports.flatMap((found) => {
    const request = found.entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (!request) return [];
    const typeOnly = found.entries.every((entry) => entry.isType);
    return [{ specifier: request.value, line: lineOf(found.start), typeOnly }];
  });
  const dynamic = module.dynamicImports.flatMap((found) => {
    const text = source.slice(found.moduleRequest.start, found.moduleRequest.end);
    const specifier = /^(['"`])([^'"`$]*)\1$/.exec(text)?.[2];
    return specifier === undefined ? [] : [{ specifier, line: lineOf(found.start), typeOnly: false }];
  });
  return [...imports, ...reexports, ...dynamic];
}

function readBody(program: Program, lineOf: LineOf) {
  const globals: GlobalUse[] = [];
  const typeImports: Import[] = [];
  new Visitor({
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier' && WATCHED_FUNCTIONS.has(callee.name))
        globals.push({ name: callee.name, line: lineOf(start) });
    },
    MemberExpression(node) {
      if (node.computed || node.property.type !== 'Identifier' || node.object.type !== 'Identifier') return;
      const name =
        node.object.name === 'globalThis' ? node.property.name : `${node.object.name}.${node.property.name}`;
      if (WATCHED_OBJECTS.has(node.object.name) || WATCHED_FUNCTIONS.has(name))
        globals.push({ name, line: lineOf(node.start) });
    },
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0)
        globals.push({ name: 'new Date()', line: lineOf(start) });
    },
    TSImportType({ source, start }) {
      typeImports.push({ specifier: String(source.value), line: lineOf(start), typeOnly: true });
    },
  }).visit(program);
  return { globals, typeImports };
}
