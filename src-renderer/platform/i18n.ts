/** Languages of the interface: each arrives as one chunk when it is chosen. The check proves that none lacks a text. */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

export const languages = ['en', 'ru', 'ar'] as const;
export type Language = (typeof languages)[number];

/** Each language by its own name, so that a person finds it whatever is shown now. */
export const languageNames: Record<Language, string> = { en: 'English', ru: 'Русский', ar: 'العربية' };

const rightToLeft: ReadonlySet<Language> = new Set(['ar']);
export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');

type Texts = Record<string, Record<string, unknown>>;

const loaders: Record<Language, () => Promise<Texts>> = {
  en: async () => byNamespace((await import('./languages/en.ts')).files),
  ru: async () => byNamespace((await import('./languages/ru.ts')).files),
  ar: async () => byNamespace((await import('./languages/ar.ts')).files),
};

/** `../locales/ru/home.json` → `home`. */
function byNamespace(files: Texts): Texts {
  const entries = Object.entries(files).map(([path, texts]) => [
    /([^/]+)\.json$/.exec(path)?.[1] ?? path,
    texts,
  ]);
  return Object.fromEntries(entries) as Texts;
}

/** The first of the browser's languages that we speak, else English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = languages.find((candidate) => tag.toLowerCase().split('-')[0] === candidate);
    if (language) return language;
  }
  return 'en';
}

export interface Translator {
  readonly i18n: i18n;
  /** Loads the language's texts, then switches texts, `lang` and `dir` in one tick. */
  use(language: Language): Promise<void>;
}

/** @param root receives `lang` and `dir`; the document's element in the app. */
export async function createTranslator(root: Pick<HTMLElement, 'lang' | 'dir'>): Promise<Translator> {
  const instance = i18next.createInstance();
  await instance.use(initReactI18next).init({
    lng: 'en',
    resources: {},
    // Without this a text that is asked for before its language arrived would stay its key for ever.
    partialBundledLanguages: true,
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  instance.on('languageChanged', (language) => {
    root.lang = language;
    root.dir = directionOf(language as Language);
  });

  return {
    i18n: instance,
    async use(language) {
      const texts = await loaders[language]();
      for (const [namespace, content] of Object.entries(texts)) {
        instance.addResourceBundle(language, namespace, content, true, true);
      }
      await instance.changeLanguage(language);
    },
  };
}
