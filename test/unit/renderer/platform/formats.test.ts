import { describe, expect, it } from 'vitest';
import { createFormats } from '../../../../src-renderer/platform/formats.ts';

const english = createFormats('en');

describe('formats', () => {
  it('writes sizes in the unit that is read most easily', () => {
    expect(english.bytes(999)).toBe('999 byte');
    expect(english.bytes(1536)).toBe('1.5 kB');
    expect(english.bytes(96_000_000)).toBe('96 MB');
    expect(english.bytes(0)).toBe('0 byte');
  });

  it('writes durations in two units at most', () => {
    expect(english.duration(4.25)).toBe('4.3 ms');
    expect(english.duration(950)).toBe('950 ms');
    expect(english.duration(1500)).toBe('1.5 sec');
    expect(english.duration(90_000)).toBe('1 min 30 sec');
    expect(english.duration(3_600_000)).toBe('1 hr');
  });

  it('says how long ago something was', () => {
    expect(english.ago(0, 59_000)).toBe('59 seconds ago');
    expect(english.ago(0, 7_200_000)).toBe('2 hours ago');
    expect(english.ago(1000, 0)).toBe('now');
    expect(createFormats('ru').ago(0, 7_200_000)).toBe('2 часа назад');
  });

  it('shows the day only when it is another', () => {
    const now = new Date(2026, 10, 22, 15, 0).getTime();
    expect(english.when(now - 60_000, now)).not.toContain('26');
    expect(english.when(now - 86_400_000, now)).toContain('11/21/26');
  });

  it('joins lists as the language does', () => {
    expect(english.list(['a', 'b', 'c'])).toBe('a, b, and c');
    expect(createFormats('ar').list(['a', 'b'])).toBe('a وb');
  });
});
