import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { p2pFaults } from '#shared/features/p2p/errors.ts';

it('the protocol page lists every fault as it is', () => {
  const page = readFileSync(new URL('../../../../docs/protocol/transport.md', import.meta.url), 'utf8');
  const listed = page.split('\n').filter((line) => line.startsWith('| `p2p.'));
  const faults = Object.entries(p2pFaults).map(
    ([code, { message, advice, retryable }]) =>
      `| \`${code}\` | ${message} | ${advice} | ${retryable ? 'yes' : 'no'} |`,
  );
  expect(listed).toEqual(faults);
});
