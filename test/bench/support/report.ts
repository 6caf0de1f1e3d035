/** How every measurement reports: a table for people, and with `--json` one last line for machines. */
import { cpus } from 'node:os';

export interface Figure {
  id: string;
  value: number;
  unit: string;
  /** What was promised, in words: `≤ 1.3`. Absent where the figure stands for comparison only. */
  target?: string;
  holds?: boolean;
}

export const atMost = (id: string, value: number, unit: string, limit: number): Figure => ({
  id,
  value: round(value),
  unit,
  target: `≤ ${limit}`,
  holds: value <= limit,
});

export const atLeast = (id: string, value: number, unit: string, limit: number): Figure => ({
  id,
  value: round(value),
  unit,
  target: `≥ ${limit}`,
  holds: value >= limit,
});

export const measured = (id: string, value: number, unit: string): Figure => ({
  id,
  value: round(value),
  unit,
});

/** Three significant digits; what follows is noise. */
export const round = (value: number): number =>
  value >= 100 ? Math.round(value) : Number(value.toPrecision(3));

/** Rows of cells under a head, aligned for a terminal and valid as Markdown. */
export function table(head: string[], rows: Array<Array<string | number>>): string {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...all.slice(1).map(line)].join('\n');
}

export const machine = (): string =>
  `${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}, ${process.platform} ${process.arch}, Node ${process.version}`;

/** Prints the figures and returns whether all targets hold. */
export function report(name: string, figures: Figure[]): boolean {
  const rows = figures.map(({ id, value, unit, target, holds }) => [
    id,
    value,
    unit,
    target ?? '',
    holds === undefined ? '' : holds ? 'holds' : 'MISSED',
  ]);
  console.log(`\n${machine()}\n`);
  console.log(table(['figure', 'value', 'unit', 'target', ''], rows));
  if (process.argv.includes('--json'))
    console.log(
      JSON.stringify({
        name,
        machine: machine(),
        figures: figures.map(({ id, value, unit, target = null, holds = null }) => ({
          id,
          value,
          unit,
          target,
          holds,
        })),
      }),
    );
  return figures.every(({ holds }) => holds !== false);
}
