/** What a person chose for this window: theme and language, kept in the browser. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Language, languages, preferredLanguage, type Translator } from './i18n.ts';
import { storeContext } from './store-context.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** In per cent of what the browser is set to. */
export const textSizes = ['100', '112', '125', '150', '200'] as const;
export type TextSize = (typeof textSizes)[number];

/** `system`: as the system is set; `reduced`: no movement here, whatever it says. */
export const motions = ['system', 'reduced'] as const;
export type Motion = (typeof motions)[number];

export interface Preferences {
  theme: Theme;
  language: Language;
  textSize: TextSize;
  motion: Motion;
  /** Whether single characters are shortcuts; people who dictate or slip keys switch them off. */
  singleKeys: boolean;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): Promise<void>;
  setSingleKeys(on: boolean): void;
  setTextSize(size: TextSize): void;
  setMotion(motion: Motion): void;
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
const TEXT_SIZE_KEY = 'toolswarm.text-size';
const MOTION_KEY = 'toolswarm.motion';

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

/** Reads what was chosen before and applies it, before anything is drawn. */
export async function createPreferences(deps: PreferenceDeps): Promise<StoreApi<Preferences>> {
  const { translator, storage, root } = deps;
  const showTheme = (theme: Theme) => {
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
  };

  /** A style sheet reads it; what is as usual leaves no mark. */
  const show = (name: string, value: string, usual: string) => {
    if (value === usual) delete root.dataset[name];
    else root.dataset[name] = value;
  };

  const theme = oneOf(themes, storage.getItem(THEME_KEY)) ?? 'system';
  const language =
    oneOf(languages, storage.getItem(LANGUAGE_KEY)) ?? preferredLanguage(deps.browserLanguages);
  const textSize = oneOf(textSizes, storage.getItem(TEXT_SIZE_KEY)) ?? '100';
  const motion = oneOf(motions, storage.getItem(MOTION_KEY)) ?? 'system';
  showTheme(theme);
  show('textSize', textSize, '100');
  show('motion', motion, 'system');
  await translator.use(language);

  return createStore<Preferences>((set) => ({
    theme,
    language,
    textSize,
    motion,
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
    setTextSize(next) {
      show('textSize', next, '100');
      storage.setItem(TEXT_SIZE_KEY, next);
      set({ textSize: next });
    },
    setMotion(next) {
      show('motion', next, 'system');
      storage.setItem(MOTION_KEY, next);
      set({ motion: next });
    },
    setSingleKeys(on) {
      storage.setItem(SINGLE_KEYS_KEY, on ? 'on' : 'off');
      set({ singleKeys: on });
    },
  }));
}

export const { Provider: PreferencesProvider, useSlice: usePreferences } =
  storeContext<Preferences>('preferences');
