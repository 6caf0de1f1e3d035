import { expect, it } from 'vitest';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import { chooseNotifications } from '#main/shells/desktop/notifications-rules.ts';

const matter = (id: string, level: AttentionItem['level'] = 'decide'): AttentionItem => ({
  id,
  kind: 'tools.pending',
  level,
  since: 0,
});
const idsOf = (items: AttentionItem[]) => items.map(({ id }) => id);

it('says each matter once while it stands', () => {
  const first = chooseNotifications([], [matter('a'), matter('b', 'mend')], 256);
  expect(idsOf(first.fresh)).toEqual(['a', 'b']);
  const second = chooseNotifications(first.said, [matter('a'), matter('b'), matter('c')], 256);
  expect(idsOf(second.fresh)).toEqual(['c']);
});

it('leaves hints to the window', () => {
  expect(chooseNotifications([], [matter('a', 'hint')], 256)).toEqual({ said: [], fresh: [] });
});

it('says a matter again that was settled and came back', () => {
  const gone = chooseNotifications(['a'], [], 256);
  expect(gone.said).toEqual([]);
  expect(idsOf(chooseNotifications(gone.said, [matter('a')], 256).fresh)).toEqual(['a']);
});

it('remembers no more than it may', () => {
  const many = Array.from({ length: 20 }, (_, index) => matter(String(index)));
  expect(chooseNotifications([], many, 8).said).toHaveLength(8);
});
