import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { ConnectClientCard } from './parts/connect-client-card.tsx';

export function ClientsPage() {
  const { t } = useTranslation('clients');
  return (
    <Page title={t('page')}>
      <ConnectClientCard />
    </Page>
  );
}
