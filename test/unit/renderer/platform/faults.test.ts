import { describe, expect, it } from 'vitest';
import { tellsAll } from '../../../../src-renderer/platform/faults.ts';

describe('a translation of a fault', () => {
  it('is told when the fault carries its facts, or when it has none', () => {
    expect(tellsAll('Der Name ist vergeben.')).toBe(true);
    expect(tellsAll('{{what}}: {{ why }}.', { what: 'a', why: '' })).toBe(true);
    expect(tellsAll('{{count, number}} Dateien', { count: 0 })).toBe(true);
  });

  it('gives way to the node’s own sentence when a fact is missing', () => {
    expect(tellsAll('{{what}}: {{why}}.', { what: 'a' })).toBe(false);
    expect(tellsAll('{{what}}.')).toBe(false);
    expect(tellsAll('{{toString}}', {})).toBe(false);
  });
});
