import { describe, expect, it } from 'vitest';
import { userSettingSchema } from '#shared/features/packages/manifest.ts';
import { draftsOf, problemOf, readDrafts } from '../../../../../src-renderer/features/packages/settings.ts';

const setting = (part: object) => userSettingSchema.parse({ type: 'string', title: 'A setting', ...part });
const settings = {
  folder: setting({ type: 'directory', required: true }),
  others: setting({ type: 'file', multiple: true }),
  depth: setting({ type: 'number', min: 1, max: 9, default: 3 }),
  quiet: setting({ type: 'boolean' }),
  key: setting({ sensitive: true, required: true }),
};

describe('settings of a package', () => {
  it('begin with what is set, else with what its publisher proposes; secrets begin empty', () => {
    expect(draftsOf(settings, { folder: '/srv', others: ['/a', '/b'], key: 'never shown' })).toEqual({
      folder: '/srv',
      others: '/a\n/b',
      depth: '3',
      quiet: 'false',
      key: '',
    });
  });

  it('say what is wrong with a value', () => {
    expect(problemOf(settings.folder, ' ', false)).toEqual({ key: 'required' });
    expect(problemOf(settings.key, '', true)).toBeUndefined();
    expect(problemOf(settings.depth, 'three', false)).toEqual({ key: 'number' });
    expect(problemOf(settings.depth, '0', false)).toEqual({ key: 'min', limit: 1 });
    expect(problemOf(settings.depth, '10', false)).toEqual({ key: 'max', limit: 9 });
    expect(problemOf(settings.depth, '', false)).toBeUndefined();
  });

  it('become values of their types; secrets go their own way', () => {
    const drafts = { folder: ' /srv ', others: '/a\n\n /b ', depth: '4', quiet: 'true', key: ' s p ' };
    expect(readDrafts(settings, drafts)).toEqual({
      settings: { folder: '/srv', others: ['/a', '/b'], depth: 4, quiet: true },
      secretValues: { key: ' s p ' },
    });
    expect(readDrafts(settings, {})).toEqual({ settings: {}, secretValues: {} });
  });
});
