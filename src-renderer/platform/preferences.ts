/** What a person chose for this window: theme and language, kept in the browser. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Language, languages, preferredLanguage, type Translator } from './i18n.ts';
import { storeContext } from './store-context.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  theme: Theme;
  language: Language;
  /** Whether single characters are shortcuts; people who dictate or slip keys switch them off. */
  singleKeys: boolean;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): Promise<void>;
  setSingleKeys(on: boolean): void;
}

export interface PreferenceDeps {
  translator: Translator;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  root: { dataset: DOMStringMap };
  /** `navigator.languages`. */
  browserLanguages: readonly string[];
}

const THEME_KEY = 'toolswarm.theme';
const LANGUAGE_KEY = 'toolswarm.language';
const SINGLE_KEYS_KEY = 'toolswarm.single-keys';

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

/** Reads what was chosen before and applies it, before anything is drawn. */
export async function createPreferences(deps: PreferenceDeps): Promise<StoreApi<Preferences>> {
  const { translator, storage, root } = deps;
  const showTheme = (theme: Theme) => {
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
  };

  const theme = oneOf(themes, storage.getItem(THEME_KEY)) ?? 'system';
  const language =
    oneOf(languages, storage.getItem(LANGUAGE_KEY)) ?? preferredLanguage(deps.browserLanguages);
  showTheme(theme);
  await translator.use(language);

  return createStore<Preferences>((set) => ({
    theme,
    language,
    singleKeys: storage.getItem(SINGLE_KEYS_KEY) !== 'off',
    setTheme(next) {
      showTheme(next);
      storage.setItem(THEME_KEY, next);
      set({ theme: next });
    },
    async setLanguage(next) {
      await translator.use(next);
      storage.setItem(LANGUAGE_KEY, next);
      set({ language: next });
    },
    setSingleKeys(on) {
      storage.setItem(SINGLE_KEYS_KEY, on ? 'on' : 'off');
      set({ singleKeys: on });
    },
  }));
}

export const { Provider: PreferencesProvider, useSlice: usePreferences } =
  storeContext<Preferences>('preferences');
