import { describe, expect, it } from 'vitest';
import {
  createTranslator,
  directionOf,
  languages,
  preferredLanguage,
} from '../../../../src-renderer/platform/i18n.ts';
import { createPreferences } from '../../../../src-renderer/platform/preferences.ts';

const setUp = async (stored: Record<string, string> = {}, browserLanguages: string[] = ['en']) => {
  const root = { lang: '', dir: '', dataset: {} as DOMStringMap };
  const storage = {
    getItem: (key: string) => stored[key] ?? null,
    setItem: (key: string, value: string) => {
      stored[key] = value;
    },
  };
  const translator = await createTranslator(root);
  const preferences = await createPreferences({ translator, storage, root, browserLanguages });
  return { root, stored, translator, preferences };
};

describe('languages', () => {
  it('takes the first of the browser’s that we speak', () => {
    expect(preferredLanguage(['de-AT', 'ar-EG', 'ru'])).toBe('ar');
    expect(preferredLanguage(['fr'])).toBe('en');
    expect(preferredLanguage([])).toBe('en');
  });

  it('switches texts, language and direction in one tick', async () => {
    const { root, translator } = await setUp();
    const seen: string[] = [];
    translator.i18n.on('languageChanged', () =>
      seen.push(`${root.lang} ${root.dir} ${translator.i18n.t('common:cancel')}`),
    );
    await translator.use('ar');
    expect(seen).toEqual(['ar rtl إلغاء']);
    await translator.use('ru');
    expect(root.dir).toBe('ltr');
  });

  it('has words for errors in every language but English, which the node speaks', async () => {
    const { translator } = await setUp();
    expect(translator.i18n.exists('errors:servers.name_taken.message')).toBe(false);
    await translator.use('ru');
    expect(translator.i18n.exists('errors:servers.name_taken.message')).toBe(true);
    expect(translator.i18n.exists('errors:no.such_code.message')).toBe(false);
  });

  it('counts as each language does', async () => {
    const { translator } = await setUp();
    const spoken: string[] = [];
    for (const language of languages) {
      await translator.use(language);
      for (const count of [0, 1, 2, 5, 11, 21]) spoken.push(translator.i18n.t('servers:tools', { count }));
    }
    expect(spoken).toEqual([
      ...['0 tools', '1 tool', '2 tools', '5 tools', '11 tools', '21 tools'],
      ...[
        '0 инструментов',
        '1 инструмент',
        '2 инструмента',
        '5 инструментов',
        '11 инструментов',
        '21 инструмент',
      ],
      ...['لا أدوات', 'أداة واحدة', 'أداتان', '5 أدوات', '11 أداة', '21 أداة'],
    ]);
    expect(directionOf('ar')).toBe('rtl');
  });
});

describe('preferences', () => {
  it('are remembered, and applied before anything is drawn', async () => {
    const first = await setUp({}, ['ru-RU']);
    expect(first.root.lang).toBe('ru');
    expect(first.root.dataset['theme']).toBeUndefined();
    first.preferences.getState().setTheme('dark');
    await first.preferences.getState().setLanguage('ar');

    const second = await setUp(first.stored);
    expect(second.root).toMatchObject({ lang: 'ar', dir: 'rtl', dataset: { theme: 'dark' } });
    second.preferences.getState().setTheme('system');
    expect(second.root.dataset['theme']).toBeUndefined();
  });

  it('do not trust what is stored', async () => {
    const { root, preferences } = await setUp({ 'toolswarm.theme': 'x', 'toolswarm.language': '../evil' });
    expect(root.lang).toBe('en');
    expect(preferences.getState().theme).toBe('system');
  });
});
