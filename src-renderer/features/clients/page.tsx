import { useTranslation } from 'react-i18next';
import { Card, Page } from '../../ui/page.tsx';
import { ClientList } from './parts/client-list.tsx';
import { ConnectClientCard } from './parts/connect-client-card.tsx';
import { ConnectedNow } from './parts/connected-now.tsx';
import { ProfilesCard } from './parts/profiles-card.tsx';
import { TokensCard } from './parts/tokens-card.tsx';

export function ClientsPage() {
  const { t } = useTranslation('clients');
  return (
    <Page title={t('page')} lead={t('pageLead')}>
      <ConnectedNow />
      <Card title={t('list.title')} lead={t('list.lead')}>
        <ClientList />
      </Card>
      <ProfilesCard />
      <TokensCard />
      <ConnectClientCard title={t('other')} />
    </Page>
  );
}
