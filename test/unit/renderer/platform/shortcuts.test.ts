import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCharacter,
  keyCaps,
  type KeyPress,
  type Reading,
  readKey,
  SEQUENCE_MS,
  writtenKey,
} from '../../../../src-renderer/platform/shortcuts.ts';

const press = (part: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...part,
});
const bindings = [
  { keys: 'mod+k' },
  { keys: '?' },
  { keys: 'n' },
  { keys: 'g h' },
  { keys: 'g n' },
  { keys: 'F6' },
];

/** What a row of keys means, each pressed `gapMs` after the one before. */
function typed(keys: string[], gapMs = 100): Array<string | undefined> {
  let reading: Reading = {};
  return keys.map((key, at) => {
    const read = readKey(reading, press({ key }), bindings, at * gapMs);
    reading = read.reading;
    return read.binding?.keys;
  });
}

describe('a key', () => {
  it('is the same on every layout that writes other letters', () => {
    expect(writtenKey(press({ key: 'л', code: 'KeyK', ctrlKey: true }))).toBe('mod+k');
    expect(writtenKey(press({ key: 'ن', code: 'KeyK', metaKey: true }))).toBe('mod+k');
    expect(writtenKey(press({ key: 'a', code: 'KeyQ' }))).toBe('a');
    expect(writtenKey(press({ key: '.', code: 'Slash' }))).toBe('/');
    expect(writtenKey(press({ key: '-', code: 'Slash' }))).toBe('-');
    expect(writtenKey(press({ key: '/', code: 'Digit7', shiftKey: true }))).toBe('/');
    expect(writtenKey(press({ key: '؟', code: 'Slash', shiftKey: true }))).toBe('?');
  });

  it('is nothing while only modifiers are down, or Alt with it', () => {
    expect(writtenKey(press({ key: 'Control', ctrlKey: true }))).toBeUndefined();
    expect(writtenKey(press({ key: 'k', altKey: true, ctrlKey: true }))).toBeUndefined();
  });

  it('tells F6 from Shift and F6', () => {
    expect(writtenKey(press({ key: 'F6' }))).toBe('F6');
    expect(writtenKey(press({ key: 'F6', shiftKey: true }))).toBe('shift+F6');
  });
});

describe('shortcuts', () => {
  it('know two keys after one another from one alone', () => {
    expect(typed(['g', 'h'])).toEqual([undefined, 'g h']);
    expect(typed(['g', 'n'])).toEqual([undefined, 'g n']);
    expect(typed(['n'])).toEqual(['n']);
    expect(typed(['g', 'x', 'n'])).toEqual([undefined, undefined, 'n']);
  });

  it('forget the first key after a while', () => {
    expect(typed(['g', 'h'], SEQUENCE_MS + 1)).toEqual([undefined, undefined]);
    expect(typed(['g', 'n'], SEQUENCE_MS + 1)).toEqual([undefined, 'n']);
  });

  it('never mean anything that was not pressed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('g', 'h', 'n', 'x', '?', 'F6')), (keys) => {
        typed(keys).forEach((meant, at) => {
          const last = meant?.split(' ').at(-1);
          if (last !== undefined) expect(last).toBe(keys[at]);
        });
      }),
    );
  });

  it('are shown as the keyboard writes them', () => {
    expect(keyCaps('mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('g ,', false)).toEqual(['G', ',']);
    expect(keyCaps('shift+F6', false)).toEqual(['⇧', 'F6']);
  });

  it('that are characters can be told from the others', () => {
    expect(['n', '?', 'g h', '/'].every(isCharacter)).toBe(true);
    expect(['mod+k', 'F6', 'shift+F6'].some(isCharacter)).toBe(false);
  });
});
