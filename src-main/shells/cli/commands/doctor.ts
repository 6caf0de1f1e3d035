import type { Command } from 'commander';
import type { DoctorResult, DoctorState } from '#shared/features/p2p/doctor.ts';
import words from '../../../../locales/en/network.json' with { type: 'json' };
import type { Cli } from '../cli.ts';
import { byteSize, oneLine } from '../printable.ts';

const SIGNS: Record<DoctorState, string> = {
  running: '…',
  ok: 'ok',
  warn: 'warn',
  failed: 'FAILED',
  skipped: 'skipped',
};

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check how this node is connected, and say how to mend what does not work')
    .action(() =>
      cli.ask(async (node) => {
        const found = new Map<string, DoctorResult>();
        for await (const result of node['node.doctor']({})) found.set(result.check, result);
        const items = [...found.values()];
        return { data: { items }, text: items.map(describe).join('\n') };
      }),
    );
}

/** One check in a line, and beneath it what to do. The sentences are those of the dashboard. */
export function describe(result: DoctorResult): string {
  const values = valuesOf(result);
  const name = wordsAt(`check.${result.check}`, values);
  const first = `${SIGNS[result.state].padEnd(8)}${name}: ${wordsAt(`found.${result.code}`, values)}`;
  const fix = wordsAt(`fix.${result.code}`, values);
  return fix === '' ? first : `${first}\n${' '.repeat(8)}${fix}`;
}

type Values = Record<string, string>;

function valuesOf({ code, facts }: DoctorResult): Values {
  const number = (name: string) => Number(facts[name] ?? 0);
  const paths = number('lan') + number('direct') + number('relayed');
  return {
    ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, oneLine(String(value))])),
    total: String(code.startsWith('paths.') ? paths : number('count')),
    bytes: byteSize(number('bytes')),
    time: `${Math.round(number('ms') / 1000)} s`,
  };
}

/** A text of the dashboard's doctor by its key, filled; plurals take the form of English. Empty where there is none. */
function wordsAt(key: string, values: Values): string {
  const parts = key.split('.');
  const last = parts.pop() ?? '';
  let place: unknown = words.doctor;
  for (const part of parts) place = inside(place, part);
  const form = values['count'] === '1' ? 'one' : 'other';
  const text = inside(place, last) ?? inside(place, `${last}_${form}`);
  if (typeof text !== 'string') return '';
  return text.replace(/\{\{(\w+)[^}]*\}\}/g, (_whole, name: string) => values[name] ?? '');
}

const inside = (place: unknown, name: string): unknown =>
  typeof place === 'object' && place !== null ? (place as Record<string, unknown>)[name] : undefined;
