import { useTranslation } from 'react-i18next';
import { Card } from '../../../ui/page.tsx';
import type { Group, Setting } from '../rules.ts';
import styles from '../settings.module.css';
import { SettingRow } from './setting-row.tsx';

export function SettingList({
  group,
  settings,
  onChanged,
}: {
  group: Exclude<Group, 'appearance' | 'operators' | 'data' | 'about'>;
  settings: readonly Setting[];
  onChanged(): void;
}) {
  const { t } = useTranslation('settings');
  return (
    <Card title={t(`group.${group}`)} lead={t(`lead.${group}`)}>
      <ul className={styles['list']}>
        {settings.map((setting) => (
          <SettingRow key={setting.key} setting={setting} onChanged={onChanged} />
        ))}
      </ul>
    </Card>
  );
}
