import { describe, expect, it } from 'vitest';
import {
  denialOf,
  MAX_DENIALS,
  type Violation,
  watchDenials,
} from '#main/features/packages/sandbox/denials.ts';

/** Keeps the last hundred, as the library's does. */
function createStore() {
  let kept: Violation[] = [];
  const listeners = new Set<() => void>();
  return {
    add(line: string) {
      kept = [...kept, { line, timestamp: new Date(7) }].slice(-100);
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      listener();
      return () => void listeners.delete(listener);
    },
    getViolationsForCommand: (id: string) => kept.filter(({ line }) => line.startsWith(id) || id === ''),
  };
}

describe('denials', () => {
  it('are told once each, however many the store forgets', () => {
    const store = createStore();
    const told: string[] = [];
    watchDenials(store, '', ({ what }) => told.push(what));
    for (let n = 0; n < 350; n += 1) store.add(`deny network-outbound host${n}:443 (no)`);
    expect(told).toHaveLength(350);
    expect(new Set(told).size).toBe(350);
  });

  it('of others are not told, nor those after the program ended', () => {
    const store = createStore();
    const told: string[] = [];
    const stop = watchDenials(store, 'deny mine', ({ what }) => told.push(what));
    store.add('deny theirs /x');
    store.add('deny mine /x');
    stop();
    store.add('deny mine /y');
    expect(told).toEqual(['deny mine /x']);
  });

  it('end at a bound', () => {
    const store = createStore();
    let told = 0;
    watchDenials(store, '', () => (told += 1));
    for (let n = 0; n < MAX_DENIALS + 10; n += 1) store.add('deny network-outbound x:1 (no)');
    expect(told).toBe(MAX_DENIALS);
  });

  it.each([
    ['deny network-outbound evil.example:443 (host is not on the allow list)', 'network'],
    ['deny openat /etc/shadow', 'file'],
    ['deny file-write-create /Users/x', 'file'],
    ['deny mach-lookup com.apple.x', 'other'],
    ['', 'other'],
  ])('are of a kind: %s', (line, kind) => {
    expect(denialOf({ line, timestamp: new Date(7) })).toEqual({ at: 7, kind, what: line });
  });
});
