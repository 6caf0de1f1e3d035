import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageGeneration } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../packages.module.css';
import { stepBackFrom } from '../rules.ts';
import { RollbackDialog } from './rollback-dialog.tsx';

/** What was changed here, the newest first, with a way back to each. */
export function HistoryCard({ item }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const { data, fault } = useQuery(
    (node, signal) => node['packages.history']({ id: item.id }, { signal }),
    [item.id, item.generation],
  );
  const [to, setTo] = useState<PackageGeneration>();
  const before = data && stepBackFrom(data.items);
  return (
    <Card
      title={t('history.title')}
      lead={t('history.lead')}
      actions={
        before && (
          <Button icon={Undo2} onPress={() => setTo(before)}>
            {t('act.rollback')}
          </Button>
        )
      }
    >
      <FaultNote fault={fault} />
      {!data && !fault && <Loading label={t('history.reading')} />}
      <ol className={styles['timeline']}>
        {data?.items.map((one) => (
          <GenerationItem key={one.generation} one={one} onBack={() => setTo(one)} />
        ))}
      </ol>
      <RollbackDialog item={to && item} to={to} onClose={() => setTo(undefined)} />
    </Card>
  );
}

function GenerationItem({ onBack, one }: { one: PackageGeneration; onBack(): void }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { at, current, kept, of, reason, version } = one;
  const isPin = reason === 'pin';
  return (
    <li data-current={current || undefined}>
      <div className={styles['named']}>
        <span className={styles['grow']}>{t(`history.${reason}`, { version })}</span>
        {current && <Badge tone="ok">{t('history.current')}</Badge>}
        {!current && !kept && !isPin && <Badge tone="off">{t('history.fetches')}</Badge>}
        {!current && !isPin && (
          <Button size="small" onPress={onBack}>
            {t('history.back')}
            <span className="visually-hidden">
              {' '}
              {t('history.which', { version, when: format.dateTime(at) })}
            </span>
          </Button>
        )}
      </div>
      <p className={styles['soft']}>
        {format.ago(at, clock.now())}
        {of !== undefined && ` · ${t('history.of', { number: of })}`}
      </p>
    </li>
  );
}
