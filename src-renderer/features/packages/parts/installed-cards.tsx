import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageDetails } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import styles from '../packages.module.css';
import { GlanceCard } from './glance-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { PinsCard } from './pins-card.tsx';
import { PolicyCard } from './policy-card.tsx';
import { SettingsCard } from './settings-card.tsx';
import { Touches } from './touches.tsx';
import { VersionsCard } from './versions-card.tsx';

interface InstalledCardsProps {
  item: InstalledPackage;
  /** What its publisher says of it; absent while that is read, or where nobody publishes it. */
  details: PackageDetails | undefined;
}

/** What can be seen and decided of a package that is installed here. */
export function InstalledCards({ details, item }: InstalledCardsProps) {
  const { t } = useTranslation('packages');
  const { data: told, fault } = useQuery(
    (node, signal) => node['packages.settings']({ id: item.id }, { signal }),
    [item.id, item.generation],
  );
  const own = (
    <>
      <Card title={t('touch.title')} lead={t('touch.leadInstalled')}>
        <Touches permissions={item.permissions} settings={told?.settings ?? {}} />
      </Card>
      <FaultNote fault={fault} />
      {told && Object.keys(told.settings).length > 0 && (
        <SettingsCard key={item.generation} item={item} told={told} />
      )}
    </>
  );
  return (
    <div className={styles['pair']}>
      <Stack>
        <GlanceCard details={details} installed={item} />
        <HistoryCard item={item} />
        {!item.foreign && own}
      </Stack>
      <Stack>
        {item.foreign && own}
        {details && <VersionsCard details={details} />}
        {!item.foreign && (
          <>
            <PolicyCard key={item.generation} item={item} />
            <PinsCard item={item} versions={details?.versions ?? []} />
          </>
        )}
        <KeptCard item={item} />
      </Stack>
    </div>
  );
}

/** Versions that can be gone back to with the network gone. */
function KeptCard({ item: { kept } }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  if (kept.length === 0) return null;
  const total = kept.reduce((sum, { size }) => sum + size, 0);
  return (
    <Card title={t('kept.title')} lead={t('kept.lead', { size: format.bytes(total) })}>
      <List label={t('kept.title')}>
        {kept.map(({ release, size, version }) => (
          <ListRow key={release} title={<bdi>{version}</bdi>} states={format.bytes(size)} />
        ))}
      </List>
    </Card>
  );
}
