import { FileInput, Link2, Share2 } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, SearchField } from '../../../ui/fields.tsx';
import { List } from '../../../ui/list.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../packages.module.css';
import { FileDialog } from './file-dialog.tsx';
import { OpenLink } from './open-link.tsx';
import { PackageRow } from './package-row.tsx';

/** More than these are found by asking more exactly. */
const SHOWN = 100;
/** What peers announce meanwhile appears without a press. */
const LOOK_AGAIN_MS = 15_000;

interface Filter {
  text: string;
  runnable: boolean;
}
const EVERYTHING: Filter = { text: '', runnable: false };

/** What peers publish, and the other ways in which packages come. */
export function Discover() {
  const { t } = useTranslation('packages');
  const [filter, setFilter] = useState(EVERYTHING);
  return (
    <Stack>
      <div className={styles['filters']}>
        <SearchField
          label={t('discover.search')}
          value={filter.text}
          onChange={(text) => setFilter({ ...filter, text })}
        />
        <Checkbox selected={filter.runnable} onChange={(runnable) => setFilter({ ...filter, runnable })}>
          {t('discover.runnable')}
        </Checkbox>
      </div>
      <Found filter={filter} onAll={() => setFilter(EVERYTHING)} />
      <OtherWays />
    </Stack>
  );
}

function Found({ filter, onAll }: { filter: Filter; onAll(): void }) {
  const { t } = useTranslation('packages');
  // Typing comes first: the list follows when the hands rest.
  const wanted = useDeferredValue(filter);
  const { data, fault, reload } = useQuery(
    (node, signal) => node['packages.search']({ ...wanted, limit: SHOWN }, { signal }),
    [wanted],
  );
  const { clock } = useNodeLink();
  useEffect(() => {
    const timer = clock.every(LOOK_AGAIN_MS, reload);
    return () => timer.cancel();
  }, [clock, reload]);
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('discover.searching')} />;
  if (data.items.length === 0) return <Nothing filter={wanted} onAll={onAll} />;
  return (
    <>
      <p role="status" className={styles['soft']}>
        {data.total > data.items.length
          ? t('discover.some', { count: data.total, shown: data.items.length })
          : t('discover.found', { count: data.total })}
      </p>
      <List label={t('tab.discover')}>
        {data.items.map((item) => (
          <PackageRow key={item.id} item={item} />
        ))}
      </List>
    </>
  );
}

function Nothing({ filter, onAll }: { filter: Filter; onAll(): void }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  if (filter.text !== '' || filter.runnable)
    return (
      <EmptyState
        picture="search"
        title={t('discover.none.title')}
        action={<Button onPress={onAll}>{t('discover.none.all')}</Button>}
      >
        {t('discover.none.words')}
      </EmptyState>
    );
  return (
    <EmptyState
      picture="tools"
      title={t('discover.empty.title')}
      action={
        <Button look="primary" icon={Share2} onPress={() => go('/network/join')}>
          {t('discover.empty.join')}
        </Button>
      }
    >
      {t('discover.empty.words')}
    </EmptyState>
  );
}

/** A link that somebody sent, or a file of this machine. */
function OtherWays() {
  const { t } = useTranslation('packages');
  const [choosing, setChoosing] = useState(false);
  return (
    <Card
      title={t('ways.title')}
      lead={t('ways.lead')}
      actions={
        <Button icon={FileInput} onPress={() => setChoosing(true)}>
          {t('file.open')}
        </Button>
      }
    >
      <div className={styles['way']}>
        <Link2 aria-hidden size="1.25rem" />
        <OpenLink />
      </div>
      <FileDialog isOpen={choosing} onClose={() => setChoosing(false)} />
    </Card>
  );
}
