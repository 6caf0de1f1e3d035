import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { languageNames, languages } from '../../../platform/i18n.ts';
import { themes, usePreferences } from '../../../platform/preferences.ts';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import type { StepProps } from '../page.tsx';

/** Language and theme, seen at once. Whatever is set now is a choice already. */
export function LookStep({ onDone }: StepProps) {
  const { t } = useTranslation('frame');
  const { theme, language, setTheme, setLanguage } = usePreferences((state) => state);
  const done = useEffectEvent(onDone);
  useEffect(() => done(), []);
  return (
    <>
      <ChoiceCards
        inline
        label={t('language')}
        value={language}
        onChange={(next) => void setLanguage(next)}
        choices={languages.map((value) => ({ value, label: languageNames[value], lang: value }))}
      />
      <ChoiceCards
        inline
        label={t('theme.label')}
        value={theme}
        onChange={setTheme}
        choices={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
      />
    </>
  );
}
