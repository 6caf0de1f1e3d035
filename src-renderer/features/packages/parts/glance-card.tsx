import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageDetails } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Tag } from '../../../ui/badge.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Card, Facts } from '../../../ui/page.tsx';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { PublisherLink, TierBadge } from './publisher-name.tsx';

type FactItems = Parameters<typeof Facts>[0]['items'];

interface GlanceCardProps {
  details: PackageDetails | undefined;
  installed: InstalledPackage | undefined;
}

/** What it is, at a glance. */
export function GlanceCard({ details, installed }: GlanceCardProps) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const either = details ?? installed;
  const offered = useOffered(details);
  if (!either) return null;
  return (
    <Card title={t('glance.title')}>
      <Facts
        items={[
          !installed?.foreign && {
            label: t('glance.publisher'),
            value: (
              <span className={styles['named']}>
                <PublisherLink publisher={either.publisher} />
                <TierBadge publisher={either.publisher} />
              </span>
            ),
          },
          installed && { label: t('glance.installed'), value: <bdi>{installed.version}</bdi> },
          { label: t('glance.size'), value: format.bytes(either.size) },
          ...offered,
        ]}
      />
      <details>
        <summary>{t('technical.title')}</summary>
        <div className={styles['disclosed']}>
          <CopyField label={t('technical.id')} value={either.id} />
          {installed && <CopyField label={t('technical.release')} value={installed.release} />}
        </div>
      </details>
    </Card>
  );
}

/** What its publisher says of it. */
function useOffered(details: PackageDetails | undefined): FactItems {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { clock } = useNodeLink();
  if (!details) return [];
  const { heardAt, license, platforms, runtime, tags, tools, version } = details;
  return [
    version !== '' && { label: t('glance.newest'), value: <bdi>{version}</bdi> },
    { label: t('glance.runtime'), value: t(`runtime.${runtime}`) },
    platforms.length > 0 && {
      label: t('glance.platforms'),
      value: format.list(platforms.map((platform) => t(`platform.${platform}`))),
    },
    { label: t('glance.tools'), value: format.number(tools) },
    license !== '' && { label: t('glance.license'), value: <bdi>{visible(license)}</bdi> },
    { label: t('glance.heard'), value: format.ago(heardAt, clock.now()) },
    tags.length > 0 && { label: t('glance.tags'), value: <Tags tags={tags} /> },
  ];
}

const Tags = ({ tags }: { tags: readonly string[] }) => (
  <span className={styles['named']}>
    {tags.map((tag) => (
      <Tag key={tag}>{visible(tag)}</Tag>
    ))}
  </span>
);
