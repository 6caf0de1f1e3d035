import { Gauge } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProfileCatalog } from '#shared/features/clients/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Meter } from '../../../ui/meter.tsx';
import { BudgetDialog } from '../../clients/index.ts';
import { useToolCounts } from '../store.ts';
import styles from './budget-strip.module.css';

/** What AI clients read of this catalog, in one line; the rest is a press away. */
export function BudgetStrip() {
  const { t } = useTranslation('profiles');
  const revision = useToolCounts()?.revision;
  const { data, fault, reload } = useQuery(
    (node, signal) => node['profiles.catalog']({}, { signal }),
    [revision],
  );
  const [kept, setKept] = useState(data);
  if (data && data !== kept) setKept(data);
  const [open, setOpen] = useState(false);
  const [first, ...others] = kept ? byNeed(kept.items) : [];
  if (!first) return <FaultNote fault={fault} />;
  return (
    <section className={styles['strip']} aria-label={t('budget.title')}>
      <Gauge aria-hidden size="1rem" />
      <Effect catalog={first} />
      {others.length > 0 && (
        <span className={styles['others']}>{t('budget.more', { count: others.length })}</span>
      )}
      <Button
        size="small"
        look="quiet"
        aria-label={`${t('budget.open')}: ${t('budget.title')}`}
        onPress={() => setOpen(true)}
      >
        {t('budget.open')}
      </Button>
      {open && (
        <Suspense>
          <BudgetDialog profile={first.profile} onClose={() => setOpen(false)} onSaved={reload} />
        </Suspense>
      )}
    </section>
  );
}

function Effect({ catalog }: { catalog: ProfileCatalog }) {
  const { t } = useTranslation('profiles');
  const format = useFormats();
  const { budget, choice, listed, mode, profile, tokens, tools } = catalog;
  const ofBudget = t('budget.ofValue', { tokens: format.number(tokens), budget: format.number(budget) });
  return (
    <>
      <span>
        <bdi dir="ltr">{profile}</bdi>: {t('tools', { count: tools })}
      </span>
      <Badge plain tone={mode === 'full' ? 'idle' : 'info'}>
        {mode === 'full' ? t('budget.listed') : t('budget.searched')}
      </Badge>
      <span>
        {t('budget.reads', { tokens: format.number(listed.tokens) })}
        {mode === 'search' && <> {t('budget.instead', { tokens: format.number(tokens) })}</>}
      </span>
      {choice === 'auto' && (
        <span className={styles['meter']} title={ofBudget}>
          <Meter
            label={t('budget.of')}
            value={Math.min(100, Math.round((tokens / budget) * 100))}
            valueText={ofBudget}
          />
        </span>
      )}
    </>
  );
}

/** The default profile first, then those that clients use. */
const byNeed = (items: readonly ProfileCatalog[]): ProfileCatalog[] =>
  items.toSorted(
    (a, b) => Number(b.profile === 'default') - Number(a.profile === 'default') || b.clients - a.clients,
  );
