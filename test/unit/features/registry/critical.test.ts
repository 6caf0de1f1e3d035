import { describe, expect, it } from 'vitest';
import { createCriticalBook, criticalMigrations, MAX_CRITICAL } from '#main/features/registry/critical.ts';
import { ALARM_AFTER_MS, alarmed, byNeed, type CriticalTool } from '#shared/features/registry/critical.ts';
import { memoryDatabase } from '#test/support/database.ts';

const tool = (id: string, min: number, live: number): CriticalTool => ({
  id,
  name: id,
  provider: 'p',
  server: 's',
  min,
  live,
});

describe('tools that one cannot do without', () => {
  it('raise an alarm once they have lacked instances for a while, and none when they come back', () => {
    const at = (now: number, live: number, since: ReadonlyMap<string, number>) =>
      alarmed([tool('a', 2, live)], since, now);
    const first = at(1_000, 1, new Map());
    expect(first.alarms).toEqual([]);
    const soon = at(1_000 + ALARM_AFTER_MS - 1, 1, first.lacking);
    expect(soon.alarms).toEqual([]);
    expect(at(1_000 + ALARM_AFTER_MS, 0, soon.lacking).alarms).toHaveLength(1);
    const back = at(1_000 + ALARM_AFTER_MS, 2, soon.lacking);
    expect([back.alarms, back.lacking.size]).toEqual([[], 0]);
  });

  it('stand in the order of what they lack', () => {
    const ids = byNeed([tool('a', 1, 1), tool('b', 3, 1), tool('c', 1, 0)]).map(({ id }) => id);
    expect(ids).toEqual(['b', 'c', 'a']);
  });

  it('are kept, follow their provider to a new key, and are so many and no more', () => {
    const db = memoryDatabase(criticalMigrations);
    const book = createCriticalBook(db);
    book.set('old/s/t', 2);
    book.set('other/s/t', 1);
    book.follow('old/', 'new/');
    book.set('other/s/t', 0);
    expect([...createCriticalBook(db).all()]).toEqual([['new/s/t', 2]]);
    for (let count = 1; count < MAX_CRITICAL; count++) book.set(`p/s/${count}`, 1);
    expect(() => book.set('p/s/more', 1)).toThrow(
      expect.objectContaining({ code: 'registry.too_many_critical' }),
    );
    book.set('new/s/t', 3);
    expect(book.all().get('new/s/t')).toBe(3);
  });
});
