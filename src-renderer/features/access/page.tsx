import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { type View, viewOf, views } from './address.ts';
import { GiveDialog } from './parts/give-dialog.tsx';
import { GrantsView } from './parts/grants-view.tsx';
import { LimitsView } from './parts/limits-view.tsx';
import { PermissionsView } from './parts/permissions-view.tsx';
import { RequestsView } from './parts/requests-view.tsx';
import { emptyGrant } from './rules.ts';

export interface AccessPageProps {
  /** `permissions`, `grants`, `requests`, `limits`; `give` and `accept` open their dialog over one of them. */
  view?: string | undefined;
  /** A provider beside `give`; a request beside `accept`; beside `permissions`, words that are looked for. */
  id?: string | undefined;
}

export function AccessPage({ view, id }: AccessPageProps) {
  const { t } = useTranslation('access');
  const [, go] = useLocation();
  const shown = viewOf(view);
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button look="primary" icon={KeyRound} onPress={() => go('/access/give')}>
          {t('give.open')}
        </Button>
      }
    >
      <Tabs<View>
        label={t('views')}
        selected={shown}
        onSelect={(next) => go(`/access/${next}`)}
        items={views.map((one) => ({
          id: one,
          label: t(`view.${one}`),
          content: one === shown && (
            <Content
              view={one}
              accepting={view === 'accept' ? Number(id) : undefined}
              wanted={view === 'permissions' ? id : undefined}
            />
          ),
        }))}
      />
      <GiveDialog
        key={id}
        isOpen={view === 'give'}
        onClose={() => go('/access/grants')}
        start={{ ...emptyGrant, to: id ?? '' }}
      />
    </Page>
  );
}

interface ContentProps {
  view: View;
  accepting: number | undefined;
  wanted: string | undefined;
}

function Content({ accepting, view, wanted }: ContentProps) {
  switch (view) {
    case 'permissions':
      return <PermissionsView key={wanted} wanted={wanted} />;
    case 'grants':
      return <GrantsView />;
    case 'requests':
      return <RequestsView accepting={accepting} />;
    case 'limits':
      return <LimitsView />;
  }
}
