import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageDetails, PackageReview } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { packagesOf } from '../calls.ts';
import { HistoryCard } from './history-card.tsx';
import { PinsCard } from './pins-card.tsx';
import { PolicyCard } from './policy-card.tsx';
import { SettingsCard } from './settings-card.tsx';
import { Touches } from './touches.tsx';

interface InstalledCardsProps {
  item: InstalledPackage;
  versions: PackageDetails['versions'];
}

/** What can be seen and decided of a package that is installed here. */
export function InstalledCards({ item, versions }: InstalledCardsProps) {
  const { t } = useTranslation('packages');
  const { data: review, fault } = useQuery(
    (node, signal) => packagesOf(node)['packages.review']({ what: item.release }, { signal }),
    [item.release, item.generation],
  );
  const settings: PackageReview['settings'] = review?.settings ?? {};
  return (
    <>
      <HistoryCard item={item} />
      {!item.foreign && <PolicyCard key={item.generation} item={item} />}
      <Card title={t('touch.title')} lead={t('touch.leadInstalled')}>
        <Touches permissions={item.permissions} settings={settings} />
      </Card>
      <FaultNote fault={fault} />
      {review && Object.keys(settings).length > 0 && (
        <SettingsCard key={item.generation} item={item} review={review} />
      )}
      {!item.foreign && <PinsCard item={item} versions={versions} />}
      <KeptCard item={item} />
    </>
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
