import { ArrowUpCircle, Download, Server, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { InstalledPackage, PackageDetails } from '#shared/features/packages/views.ts';
import { type Query, useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline, Page } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Prose } from '../../../ui/prose.tsx';
import { addressOfReview, addressOfTab } from '../address.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { useInstalled } from '../use-packages.ts';
import { GlanceCard } from './glance-card.tsx';
import { InstalledCards } from './installed-cards.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { VersionsCard } from './versions-card.tsx';
import { WarningNotes } from './warnings.tsx';

/** One package: what it is, which versions there are, and what can be done with it here. */
export function PackageView({ id }: { id: string }) {
  const { t } = useTranslation('packages');
  const { value } = useInstalled();
  const installed = value?.items.find((item) => item.id === id);
  const revision = `${installed?.generation ?? 0}`;
  // Of what is installed from a file, nobody publishes anything.
  const isForeign = installed?.foreign === true;
  const details = useQuery(
    (node, signal) => (isForeign ? Promise.resolve(undefined) : node['packages.show']({ id }, { signal })),
    [id, isForeign, revision],
  );
  const { data } = details;
  const title = data?.title ?? installed?.title;
  return (
    <Page
      title={title === undefined ? t('package.title') : visible(title)}
      lead={data && <span dir="auto">{visible(data.description)}</span>}
      actions={<Actions installed={installed} details={data} />}
    >
      <State details={details} installed={installed} />
      {installed ? (
        <InstalledCards item={installed} details={data} />
      ) : (
        data && (
          <div className={styles['pair']}>
            <GlanceCard details={data} installed={undefined} />
            <VersionsCard details={data} />
          </div>
        )
      )}
    </Page>
  );
}

interface ActionsProps {
  installed: InstalledPackage | undefined;
  details: PackageDetails | undefined;
}

function Actions({ details, installed }: ActionsProps) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const [removing, setRemoving] = useState(false);
  const { update } = installed ?? {};
  const canInstall = details && !installed && details.state === 'good';
  return (
    <Inline>
      <Button icon={Undo2} onPress={() => go(addressOfTab(installed ? 'installed' : 'discover'))}>
        {t('all')}
      </Button>
      {installed && (
        <>
          <Button icon={Trash2} onPress={() => setRemoving(true)}>
            {t('act.remove')}
          </Button>
          <Button icon={Server} onPress={() => go(`/servers/${installed.server}`)}>
            {t('act.server')}
          </Button>
        </>
      )}
      {update && (
        <Button look="primary" icon={ArrowUpCircle} onPress={() => go(addressOfReview(update.release))}>
          {t('act.update', { version: update.version })}
        </Button>
      )}
      {canInstall && (
        <Button look="primary" icon={Download} onPress={() => go(addressOfReview(details.id))}>
          {t('act.install')}
        </Button>
      )}
      <RemoveDialog
        item={removing ? installed : undefined}
        onClose={() => setRemoving(false)}
        onRemoved={() => go(addressOfTab('installed'))}
      />
    </Inline>
  );
}

/** What is wrong with it, or what is still being read. */
function State({
  details: { data, fault, loading },
  installed,
}: {
  details: Query<PackageDetails | undefined>;
  installed: InstalledPackage | undefined;
}) {
  const { t } = useTranslation('packages');
  const inUse = data?.versions.find((one) => one.installed);
  return (
    <>
      {loading && !data && <Loading label={t('package.reading')} />}
      {fault && <FaultNote fault={fault} />}
      {installed?.problem && (
        <Note tone="warn">
          <p className={styles['strong']}>
            <bdi>
              <Prose>{installed.problem.message}</Prose>
            </bdi>
          </p>
          <p>
            <bdi>
              <Prose>{installed.problem.advice}</Prose>
            </bdi>
          </p>
        </Note>
      )}
      {data?.state === 'rewritten' && <Note tone="warn">{t('package.rewritten')}</Note>}
      {data?.state === 'ended' && <Note tone="warn">{t('package.ended')}</Note>}
      {inUse?.withdrawn !== undefined && (
        <Note tone="bad">
          <p className={styles['strong']}>{t('package.withdrawn', { version: inUse.version })}</p>
          {inUse.withdrawn && (
            <p>
              <bdi>{visible(inUse.withdrawn)}</bdi>
            </p>
          )}
        </Note>
      )}
      {installed?.foreign && <Note tone="warn">{t('warning.foreign.words')}</Note>}
      {data && <WarningNotes warnings={data.warnings} />}
    </>
  );
}
