/** The words of tray, menus and notifications, in the language that the window speaks. */
import i18next, { type TFunction } from 'i18next';
import arabic from '../../../locales/ar/desktop.json' with { type: 'json' };
import english from '../../../locales/en/desktop.json' with { type: 'json' };
import russian from '../../../locales/ru/desktop.json' with { type: 'json' };

export type DesktopT = TFunction<['desktop']>;

export interface SystemTexts {
  /** Speaks the present language; one that is unknown becomes English. */
  t: DesktopT;
  language(): string;
  use(language: string): void;
}

const resources = { en: { desktop: english }, ru: { desktop: russian }, ar: { desktop: arabic } };

/** @param language `ru` or `ru-RU`, say. */
export function createSystemTexts(language: string): SystemTexts {
  const instance = i18next.createInstance();
  void instance.init({
    lng: spoken(language),
    fallbackLng: 'en',
    resources,
    ns: ['desktop'],
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return {
    t: instance.getFixedT(null, ['desktop']),
    language: () => instance.language,
    use: (next) => void instance.changeLanguage(spoken(next)),
  };
}

const spoken = (language: string): string => {
  const short = language.toLowerCase().split('-', 1)[0] ?? '';
  return short in resources ? short : 'en';
};
