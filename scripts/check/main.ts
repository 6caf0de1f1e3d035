import { printPart } from './print.ts';
import { partNames, runChecks } from './run.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !partNames.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${partNames.join(', ')}`);
  process.exitCode = 2;
} else {
  const results = await runChecks(names, printPart);
  if (results.some((result) => result.violations.length > 0)) process.exitCode = 1;
}
