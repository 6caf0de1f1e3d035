import { useTranslation } from 'react-i18next';
import type { CacheState } from '#shared/features/relay/caching.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from '../metrics.module.css';

/** Results that are given again without a call: how often that helped. Read anew whenever `tick` changes. */
export function CacheCard({ tick }: { tick: unknown }) {
  const { t } = useTranslation('metrics');
  const node = useNode();
  const toasts = useToasts();
  const { data, fault, reload } = useQuery((link, signal) => link['relay.cache']({}, { signal }), [tick]);
  const clear = useCommand(async (signal) => {
    await node['relay.clearCache']({}, { signal });
    toasts.say(t('cache.cleared'));
    reload();
  });
  if (!data) return <FaultNote fault={fault} />;
  return (
    <Card
      title={t('cache.title')}
      lead={t('cache.lead')}
      actions={
        <Button size="small" command={clear} isDisabled={data.entries === 0} onPress={() => void clear.run()}>
          {t('cache.clear')}
        </Button>
      }
    >
      <FaultNote fault={clear.fault} />
      <Numbers cache={data} />
    </Card>
  );
}

function Numbers({ cache: { bytes, bytesSaved, entries, hits, joined, misses } }: { cache: CacheState }) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  const asked = hits + joined + misses;
  if (asked === 0) return <p>{t('cache.none')}</p>;
  const numbers = [
    { label: t('cache.ratio'), value: format.percent((hits + joined) / asked) },
    { label: t('cache.hits'), value: format.number(hits + joined) },
    { label: t('cache.misses'), value: format.number(misses) },
    { label: t('cache.kept'), value: t('cache.keptOf', { count: entries, size: format.bytes(bytes) }) },
    { label: t('cache.saved'), value: format.bytes(bytesSaved) },
  ];
  return (
    <div className={styles['numbers']}>
      {numbers.map(({ label, value }) => (
        <div key={label} className={styles['number']}>
          <span className={styles['soft']}>{label}</span>
          <span className={styles['big']}>{value}</span>
        </div>
      ))}
    </div>
  );
}
