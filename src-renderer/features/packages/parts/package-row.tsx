import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { PackageSummary } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { classes } from '../../../ui/classes.ts';
import { ListRow } from '../../../ui/list.tsx';
import { addressOfPackage } from '../address.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { InARow } from './in-a-row.tsx';
import { TierBadge, usePublisherName } from './publisher-name.tsx';
import { WarningBadges } from './warnings.tsx';

/** A package that somebody offers. */
export function PackageRow({ item }: { item: PackageSummary }) {
  return (
    <ListRow
      title={
        <Link href={addressOfPackage(item.id)}>
          <bdi>{visible(item.title)}</bdi>
        </Link>
      }
      sub={<Words item={item} />}
      states={<States item={item} />}
    />
  );
}

function Words({ item }: { item: PackageSummary }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const nameOf = usePublisherName();
  const facts = [
    t('by', { name: nameOf(item.publisher) }),
    ...(item.version === '' ? [] : [t('version', { version: item.version })]),
    t(`runtime.${item.runtime}`),
    format.bytes(item.size),
    t('tools', { count: item.tools }),
  ];
  return (
    <>
      <span className={styles['line']}>
        <bdi>{visible(item.description)}</bdi>
      </span>
      <span className={styles['line']}>
        <InARow facts={facts} />
      </span>
      <span className={classes(styles['named'], styles['badges'])}>
        <WarningBadges warnings={item.warnings.filter(({ code }) => code !== 'unknown_publisher')} />
      </span>
    </>
  );
}

function States({ item: { installed, publisher, runsHere } }: { item: PackageSummary }) {
  const { t } = useTranslation('packages');
  return (
    <>
      {installed !== undefined && <Badge tone="ok">{t('state.installed')}</Badge>}
      {!runsHere && <Badge tone="off">{t('state.elsewhere')}</Badge>}
      <TierBadge publisher={publisher} />
    </>
  );
}
