/** Import cycles between modules, as far as they exist at run time. */
import type { Import, Module } from './module.ts';
import type { Part, Violation } from './part.ts';
import { resolveImport } from './resolve.ts';

export const cycles: Part = {
  name: 'cycles',
  proves: 'no module imports itself in a circle',
  find: (project) => findCycles(project.modules()),
};

interface Edge {
  to: string;
  line: number;
}

/** Each cycle is reported once, at the import that closes it. */
export function findCycles(modules: readonly Module[]): Violation[] {
  const graph = new Map(modules.map((module) => [module.file, edgesOf(module)]));
  const done = new Set<string>();
  const path: string[] = [];
  const found: Violation[] = [];
  const visit = (file: string) => {
    path.push(file);
    for (const { to, line } of graph.get(file) ?? []) {
      const at = path.indexOf(to);
      if (at !== -1)
        found.push({ file, line, message: `closes a circle: ${[...path.slice(at), to].join(' → ')}` });
      else if (!done.has(to) && graph.has(to)) visit(to);
    }
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) if (!done.has(file)) visit(file);
  return found;
}

function edgesOf({ file, imports }: Module): Edge[] {
  return imports.flatMap((item: Import) => {
    const target = resolveImport(file, item.specifier);
    return target.kind === 'file' && !item.typeOnly ? [{ to: target.path, line: item.line }] : [];
  });
}
