import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { LoadView } from './parts/load-view.tsx';
import { UsageView } from './parts/usage-view.tsx';
import { type View, viewOf, views } from './rules.ts';

/** `view`: `sums` (the first) or `load`. */
export function UsagePage({ view }: { view?: string | undefined }) {
  const { t } = useTranslation('metrics');
  const [, go] = useLocation();
  const shown = viewOf(view);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs
        label={t('views')}
        selected={shown}
        onSelect={(next: View) => go(`/usage/${next}`)}
        items={views.map((id) => ({
          id,
          label: t(`view.${id}`),
          content: id === shown && (id === 'load' ? <LoadView /> : <UsageView />),
        }))}
      />
    </Page>
  );
}
