import { useEffect } from 'react';
import { useDesktop } from '../../../platform/desktop.ts';
import { usePreferences } from '../../../platform/preferences.ts';
import { DeepLinks } from './links.tsx';

/** What a window does for its program, whatever page is shown: it tells the language, and asks about links. */
export function ProgramCompanion() {
  const link = useDesktop();
  const language = usePreferences((state) => state.language);
  useEffect(() => {
    link?.program['desktop.setLanguage']({ language }).catch((error: unknown) => {
      console.warn('tray and menus keep their language', error);
    });
  }, [link, language]);
  return <DeepLinks />;
}
