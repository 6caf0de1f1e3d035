import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeSettings } from '#main/node/settings.ts';
import { formSchemaOf } from '#main/features/settings/setting.ts';
import {
  groupOf,
  inOrder,
  schemaIn,
  type Setting,
  settingGroups,
  unitOf,
} from '../../../../../src-renderer/features/settings/rules.ts';

const texts = (language: string) =>
  JSON.parse(readFileSync(`locales/${language}/settings.json`, 'utf8')) as { key: Record<string, unknown> };

/** `p2p.mdns` → what stands at `key.p2p.mdns`. */
const wordsOf = (language: string, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (found, part) => (found as Record<string, unknown> | undefined)?.[part],
      texts(language).key,
    );

describe('every setting of a node', () => {
  it('has its place on the page, and none is there that the node does not have', () => {
    expect(Object.keys(settingGroups).sort()).toEqual(Object.keys(nodeSettings).sort());
  });

  it.each(['en', 'ru', 'ar'])('has a title and a help in %s', (language) => {
    for (const key of Object.keys(nodeSettings))
      expect(wordsOf(language, key), key).toEqual({
        title: expect.stringMatching(/\S/),
        help: expect.stringMatching(/\S/),
      });
  });

  it('that is counted in another unit keeps whole limits and a whole default', () => {
    for (const [key, setting] of Object.entries(nodeSettings)) {
      const unit = unitOf(key);
      if (!unit) continue;
      const schema = formSchemaOf(setting) as { minimum: number; maximum: number; default: number };
      const shown = schemaIn(schema, unit) as { minimum: number; maximum: number };
      expect(shown.minimum * unit.factor, key).toBeGreaterThanOrEqual(schema.minimum);
      expect(shown.maximum * unit.factor, key).toBeLessThanOrEqual(schema.maximum);
      expect(Number.isInteger(schema.default / unit.factor), key).toBe(true);
    }
  });

  it('of a newer node is shown all the same, last', () => {
    const setting = (key: string) => ({ key }) as Setting;
    expect(groupOf('next.thing')).toBe('start');
    expect(
      inOrder([setting('next.thing'), setting('log.level'), setting('p2p.mdns')]).map(({ key }) => key),
    ).toEqual(['p2p.mdns', 'log.level', 'next.thing']);
  });
});
