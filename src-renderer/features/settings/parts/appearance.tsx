import { useTranslation } from 'react-i18next';
import { languageNames, languages } from '../../../platform/i18n.ts';
import { motions, textSizes, themes, usePreferences } from '../../../platform/preferences.ts';
import { Select, Switch } from '../../../ui/fields.tsx';
import { Card } from '../../../ui/page.tsx';
import styles from '../settings.module.css';

/** How this window looks and speaks. */
export function Appearance() {
  const { t } = useTranslation(['settings', 'frame']);
  const chosen = usePreferences((state) => state);
  return (
    <Card title={t('group.appearance')} lead={t('window.lead')}>
      <div className={styles['pair']}>
        <Select
          label={t('frame:language')}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={chosen.language}
          onChange={(next) => void chosen.setLanguage(next)}
        />
        <Select
          label={t('frame:theme.label')}
          options={themes.map((value) => ({ value, label: t(`frame:theme.${value}`) }))}
          value={chosen.theme}
          onChange={chosen.setTheme}
        />
        <Select
          label={t('textSize.label')}
          options={textSizes.map((value) => ({ value, label: t(`textSize.${value}`) }))}
          value={chosen.textSize}
          onChange={chosen.setTextSize}
        />
        <Select
          label={t('motion.label')}
          options={motions.map((value) => ({ value, label: t(`motion.${value}`) }))}
          value={chosen.motion}
          onChange={chosen.setMotion}
        />
      </div>
      <Switch
        selected={chosen.singleKeys}
        onChange={chosen.setSingleKeys}
        description={t('frame:shortcuts.singleKeysWords')}
      >
        {t('frame:shortcuts.singleKeys')}
      </Switch>
    </Card>
  );
}
