import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeLog,
  extendsLog,
  type LogEvent,
  newestIn,
  readLog,
  versionsIn,
} from '#shared/features/packages/log.ts';
import { judgeLog } from '#shared/features/packages/news.ts';
import '#test/support/properties.ts';

const hash = (seed: number) => new Uint8Array(32).fill(seed);
const released = (version: string, seed = 1, channel: 'stable' | 'beta' = 'stable'): LogEvent => ({
  ...{ op: 'release', version, channel, release: hash(seed), at: seed },
});
const events = fc
  .uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 })
  .chain((patches) =>
    fc.tuple(
      fc.constant(patches),
      fc.array(fc.tuple(fc.nat({ max: patches.length - 1 }), fc.constantFrom('channel', 'withdraw'))),
    ),
  )
  .map(([patches, later]): LogEvent[] => [
    ...patches.map((patch) => released(`1.0.${patch}`, patch, patch % 3 === 0 ? 'beta' : 'stable')),
    ...later.map(([at, op]): LogEvent => {
      const version = `1.0.${patches[at]}`;
      return op === 'channel'
        ? { op, version, channel: 'stable', at: 1 }
        : { op: 'withdraw', version, reason: 'x', at: 1 };
    }),
  ]);

describe('a log', () => {
  it('comes back as it was written, and its versions are those that were released', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { bytes } = encodeLog({ name: 'files', events: all });
        const log = readLog(bytes);
        expect(encodeLog(log).bytes).toEqual(bytes);
        const versions = versionsIn(log);
        expect(versions.map(({ seq }) => seq)).toEqual(versions.map((_, at) => at + 1));
        expect(versions).toHaveLength(all.filter(({ op }) => op === 'release').length);
      }),
    );
  });

  it('extends each of its beginnings, and nothing else of its length', () => {
    fc.assert(
      fc.property(events, fc.nat(), (all, cut) => {
        const whole = { name: 'files', events: all };
        const begun = { name: 'files', events: all.slice(0, 1 + (cut % all.length)) };
        expect(extendsLog(begun, whole)).toBe(true);
        const other = { name: 'files', events: [released('9.9.9', 9), ...all.slice(1)] };
        expect(extendsLog(other, whole)).toBe(false);
        expect(judgeLog({ name: 'files', events: all.length }, whole, begun).kind).toBe('take');
        expect(judgeLog({ name: 'files', events: begun.events.length }, begun, whole).kind).toBe(
          begun.events.length === all.length ? 'take' : 'older',
        );
        expect(judgeLog({ name: 'files', events: all.length }, whole, other).kind).toBe('rewritten');
      }),
    );
  });

  it('releases a version once, and says nothing of versions that never were', () => {
    const bytesOf = (...all: LogEvent[]) => encodeLog({ name: 'files', events: all }).bytes;
    expect(() => readLog(bytesOf(released('1.0.0'), released('1.0.0', 2)))).toThrow(/makes no sense/);
    expect(() => readLog(bytesOf({ op: 'withdraw', version: '1.0.0', reason: '', at: 1 }))).toThrow(
      /makes no sense/,
    );
  });

  it('offers the highest version of a channel that was not withdrawn', () => {
    const log = {
      name: 'files',
      events: [
        released('1.2.0', 1),
        released('1.10.0', 2),
        released('2.0.0', 3, 'beta'),
        { op: 'withdraw', version: '1.10.0', reason: 'broken', at: 4 } as LogEvent,
      ],
    };
    expect(newestIn(versionsIn(log), 'stable')?.version).toBe('1.2.0');
    expect(newestIn(versionsIn(log), 'beta')?.version).toBe('2.0.0');
  });
});
