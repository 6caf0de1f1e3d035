import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useDesktop } from '../../platform/desktop.ts';
import { languageNames, languages } from '../../platform/i18n.ts';
import { themes, usePreferences } from '../../platform/preferences.ts';
import { useQuery } from '../../platform/use-query.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Select } from '../../ui/fields.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { DesktopSettings } from '../desktop/index.ts';
import { SettingRow } from './parts/setting-row.tsx';
import styles from './settings.module.css';

export function SettingsPage() {
  const { t } = useTranslation('settings');
  const inWindow = useDesktop() !== undefined;
  return (
    <Page title={t('title')}>
      <Appearance />
      {inWindow && (
        <Suspense>
          <DesktopSettings />
        </Suspense>
      )}
      <NodeSettings />
    </Page>
  );
}

function Appearance() {
  const { t } = useTranslation(['settings', 'frame']);
  const { theme, language, setTheme, setLanguage } = usePreferences((state) => state);
  return (
    <Card title={t('window.title')} lead={t('window.lead')}>
      <div className={styles['pair']}>
        <Select
          label={t('frame:theme.label')}
          options={themes.map((value) => ({ value, label: t(`frame:theme.${value}`) }))}
          value={theme}
          onChange={setTheme}
        />
        <Select
          label={t('frame:language')}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          value={language}
          onChange={(next) => void setLanguage(next)}
        />
      </div>
    </Card>
  );
}

function NodeSettings() {
  const { t } = useTranslation('settings');
  const { data, fault, reload } = useQuery((node, signal) => node['settings.list']({}, { signal }), []);
  return (
    <Card title={t('node.title')} lead={t('node.lead')}>
      {data ? (
        data.items.length > 0 ? (
          <ul className={styles['list']}>
            {data.items.map((setting) => (
              <SettingRow key={setting.key} setting={setting} onChanged={reload} />
            ))}
          </ul>
        ) : (
          <EmptyState picture="search" title={t('node.empty')} />
        )
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('node.reading')} />
      )}
    </Card>
  );
}
