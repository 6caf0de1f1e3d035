import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isWider,
  NO_PERMISSIONS,
  type Permissions,
  permissionsSchema,
  wideningOf,
} from '#shared/features/packages/permissions.ts';
import '#test/support/properties.ts';

const hosts = fc.array(
  fc.constantFrom('a.example.com', '*.example.com', 'b.example.org:8443', 'example.net'),
  { maxLength: 3 },
);
const paths = fc.array(
  fc.constantFrom('~/Documents', '~/Documents/work', '~/Music', '$' + '{user_config.folder}'),
  { maxLength: 3 },
);
const permissions: fc.Arbitrary<Permissions> = fc.record({
  ...{ hosts, read: paths, write: paths },
  memoryMb: fc.integer({ min: 16, max: 1024 }),
  processes: fc.integer({ min: 1, max: 64 }),
});

describe('permissions', () => {
  it('are no wider than themselves, and what joins two is wider than neither after both', () => {
    fc.assert(
      fc.property(permissions, permissions, (a, b) => {
        expect(isWider(wideningOf(a, a))).toBe(false);
        const both: Permissions = {
          hosts: [...a.hosts, ...b.hosts],
          read: [...a.read, ...b.read],
          write: [...a.write, ...b.write],
          memoryMb: Math.max(a.memoryMb, b.memoryMb),
          processes: Math.max(a.processes, b.processes),
        };
        expect(isWider(wideningOf(both, a))).toBe(false);
        expect(isWider(wideningOf(both, b))).toBe(false);
      }),
    );
  });

  it('cover what lies below them, and no neighbour of the same beginning', () => {
    const of = (more: object) => permissionsSchema.parse(more);
    expect(
      isWider(wideningOf(of({ hosts: ['*.example.com'] }), of({ hosts: ['api.example.com:443'] }))),
    ).toBe(false);
    expect(wideningOf(of({ hosts: ['*.example.com'] }), of({ hosts: ['evilexample.com'] })).hosts).toEqual([
      'evilexample.com',
    ]);
    expect(wideningOf(of({ hosts: ['a.example.com:443'] }), of({ hosts: ['a.example.com'] })).hosts).toEqual([
      'a.example.com',
    ]);
    expect(isWider(wideningOf(of({ read: ['~/Documents'] }), of({ read: ['~/Documents/work'] })))).toBe(
      false,
    );
    expect(wideningOf(of({ read: ['~/Doc'] }), of({ read: ['~/Documents'] })).read).toEqual(['~/Documents']);
    // Who may write may read; not the other way about.
    expect(isWider(wideningOf(of({ write: ['~/x'] }), of({ write: ['~/x'], read: ['~/x'] })))).toBe(false);
    expect(wideningOf(of({ read: ['~/x'] }), of({ write: ['~/x'] })).write).toEqual(['~/x']);
    expect(isWider(wideningOf(NO_PERMISSIONS, of({ memoryMb: 513 })))).toBe(true);
  });

  it('name neither everything nor what is above the home', () => {
    for (const host of [
      '*',
      '*.com.',
      '10.0.0.1',
      'localhost',
      'http://a.b',
      'a.b/c',
      'A.example.com',
      '*.*.example.com',
    ])
      expect(permissionsSchema.safeParse({ hosts: [host] }).success, host).toBe(false);
    for (const path of ['/', '/etc', '~', '~/', '~/../x', '~/a/../../b', 'relative', '$' + '{HOME}'])
      expect(permissionsSchema.safeParse({ read: [path] }).success, path).toBe(false);
  });
});
