import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { PackageDetails } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/page.tsx';
import { addressOfReview } from '../address.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';

type Version = PackageDetails['versions'][number];

/** Every version that was published, the newest first. */
export function VersionsCard({ details: { state, versions } }: { details: PackageDetails }) {
  const { t } = useTranslation('packages');
  return (
    <Card title={t('versions.title')} lead={t('versions.lead')}>
      <ol className={styles['timeline']}>
        {versions.map((version) => (
          <VersionItem key={version.version} version={version} mayInstall={state !== 'rewritten'} />
        ))}
      </ol>
    </Card>
  );
}

function VersionItem({ mayInstall, version: one }: { version: Version; mayInstall: boolean }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { clock } = useNodeLink();
  const [, go] = useLocation();
  const { channel, installed, kept, release, releasedAt, version, withdrawn } = one;
  return (
    <li data-current={installed || undefined}>
      <div className={styles['named']}>
        <strong className={styles['grow']}>
          <bdi>{version}</bdi>
        </strong>
        {installed && <Badge tone="ok">{t('state.installed')}</Badge>}
        {withdrawn !== undefined && <Badge tone="bad">{t('state.withdrawn')}</Badge>}
        {channel === 'beta' && <Badge tone="info">{t('channel.beta')}</Badge>}
        {kept && !installed && <Badge tone="idle">{t('state.kept')}</Badge>}
        {!installed && mayInstall && withdrawn === undefined && (
          <Button size="small" onPress={() => go(addressOfReview(release))}>
            {t('versions.look')}
            <span className="visually-hidden"> {t('version', { version })}</span>
          </Button>
        )}
      </div>
      <p className={styles['soft']}>
        {t('versions.released', { when: format.ago(releasedAt, clock.now()) })}
      </p>
      {withdrawn !== undefined && (
        <p>
          {withdrawn === '' ? (
            t('versions.withdrawn')
          ) : (
            <>
              {t('versions.withdrawnFor')} <bdi>{visible(withdrawn)}</bdi>
            </>
          )}
        </p>
      )}
    </li>
  );
}
