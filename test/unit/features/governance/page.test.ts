/** The specification tells the numbers that the code counts with. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  MAX_OPEN_MS,
  MAX_PART,
  MIN_ELECTORS,
  MIN_YES,
  type Rule,
  RULES,
  SEEN_MS,
  type Share,
} from '#shared/features/governance/numbers.ts';

const DAY_MS = 24 * 3_600_000;
const page = readFileSync(new URL('../../../../docs/protocol/governance.md', import.meta.url), 'utf8');

const share = ({ in: whole, of }: Share) => (of === 0 ? '–' : `≥ ${of}/${whole}`);
const days = (ms: number) => `${ms / DAY_MS} days`;

it.each<[string, (rule: Rule) => string]>([
  ['approval: yes of yes + no', ({ approval }) => share(approval)],
  ['quorum: yes + abstain of the electorate', ({ quorum }) => share(quorum)],
  ['readiness: `runs` of the electorate', ({ readiness }) => share(readiness)],
  ['a yes or abstention counts after', ({ stableMs }) => days(stableMs)],
  ['delay from lock-in to activation', ({ delayMs }) => days(delayMs)],
])('%s', (beginning, tell) => {
  const line = page.split('\n').find((one) => one.startsWith(`| ${beginning}`)) ?? '';
  expect(
    line
      .split('|')
      .slice(2, 4)
      .map((cell) => cell.trim()),
  ).toEqual([tell(RULES.feature), tell(RULES.major)]);
});

it('and the others', () => {
  expect([MIN_ELECTORS, MIN_YES, MAX_PART]).toEqual([5, 3, 5]);
  expect(page).toContain('five electors, three of them for it');
  expect(page).toContain(`in the last ${days(SEEN_MS)}`);
  expect(page).toContain(`\`opened\` + ${days(MAX_OPEN_MS)}`);
});
