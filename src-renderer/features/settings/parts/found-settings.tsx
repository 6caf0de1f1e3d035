import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Card } from '../../../ui/page.tsx';
import { matches, type Setting } from '../rules.ts';
import styles from '../settings.module.css';
import { SettingRow } from './setting-row.tsx';
import { useSettingWords } from './words.ts';

/** Settings of all groups whose words hold what was typed. */
export function FoundSettings({
  text,
  settings,
  onChanged,
}: {
  text: string;
  settings: readonly Setting[];
  onChanged(): void;
}) {
  const { t } = useTranslation('settings');
  const words = useSettingWords();
  const found = settings.filter((setting) => {
    const { help, title } = words(setting);
    return matches(text, setting, `${title} ${help}`);
  });
  return (
    <Card title={t('search.found', { count: found.length })}>
      {found.length === 0 ? (
        <EmptyState picture="search" title={t('search.nothing', { text })} />
      ) : (
        <ul className={styles['list']}>
          {found.map((setting) => (
            <SettingRow key={setting.key} setting={setting} onChanged={onChanged} />
          ))}
        </ul>
      )}
    </Card>
  );
}
