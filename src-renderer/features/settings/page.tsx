import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useDesktop } from '../../platform/desktop.ts';
import { useQuery } from '../../platform/use-query.ts';
import { FaultNote } from '../../ui/fault-note.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { Page, Stack } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { DataSettings } from '../data/index.ts';
import { DesktopSettings } from '../desktop/index.ts';
import { OperatorSettings } from '../operators/index.ts';
import { Appearance } from './parts/appearance.tsx';
import { FoundSettings } from './parts/found-settings.tsx';
import { RestartBanner } from './parts/restart-banner.tsx';
import { SettingList } from './parts/setting-list.tsx';
import { type Group, groupOf, groups, inOrder, type Setting } from './rules.ts';
import styles from './settings.module.css';

const About = lazy(async () => ({ default: (await import('./parts/about.tsx')).About }));

/** @param part which group the address names. */
export function SettingsPage({ part }: { part?: string | undefined }) {
  const { t } = useTranslation('settings');
  const [text, setText] = useState('');
  const { data, fault, reload } = useQuery((node, signal) => node['settings.list']({}, { signal }), []);
  const settings = data?.items;
  return (
    <Page
      title={t('title')}
      actions={
        <div className={styles['search']}>
          <SearchField label={t('search.label')} value={text} onChange={setText} />
        </div>
      }
    >
      <div>
        <RestartBanner settings={settings ?? []} onRestarted={reload} />
        {fault && <FaultNote fault={fault} />}
        {text.trim() === '' ? (
          <Groups part={part} settings={settings} onChanged={reload} />
        ) : (
          <FoundSettings text={text.trim()} settings={settings ?? []} onChanged={reload} />
        )}
      </div>
    </Page>
  );
}

interface GroupsProps {
  part: string | undefined;
  settings: readonly Setting[] | undefined;
  onChanged(): void;
}

function Groups({ part, settings, onChanged }: GroupsProps) {
  const { t } = useTranslation('settings');
  const [, go] = useLocation();
  const selected = groups.find((group) => group === part) ?? 'appearance';
  return (
    <Tabs<Group>
      label={t('title')}
      selected={selected}
      onSelect={(group) => go(`/settings/${group}`, { replace: true })}
      items={groups.map((id) => ({
        id,
        label: t(`group.${id}`),
        content: (
          <Suspense fallback={<Loading label={t('reading')} />}>
            <GroupContent group={id} settings={settings} onChanged={onChanged} />
          </Suspense>
        ),
      }))}
    />
  );
}

function GroupContent({
  group,
  settings,
  onChanged,
}: Pick<GroupsProps, 'settings' | 'onChanged'> & { group: Group }) {
  const { t } = useTranslation('settings');
  const inWindow = useDesktop() !== undefined;
  if (group === 'appearance') return <Appearance />;
  if (group === 'data') return <DataSettings />;
  if (group === 'operators') return <OperatorSettings />;
  if (group === 'about') return <About />;
  if (!settings) return <Loading label={t('reading')} />;
  const shown = inOrder(settings.filter(({ key }) => groupOf(key) === group));
  return (
    <Stack>
      {group === 'start' && inWindow && <DesktopSettings />}
      <SettingList group={group} settings={shown} onChanged={onChanged} />
    </Stack>
  );
}
