import { useTranslation } from 'react-i18next';
import { Card, Stack } from '../../../ui/page.tsx';
import { ClientList } from './client-list.tsx';
import { ConnectClientCard } from './connect-client-card.tsx';

export interface ConnectClientsProps {
  /** A client reached a tool through this node; `client` is its id. */
  onProved?(client: string): void;
}

/** The client step of the first run: those of this machine, and how any other is connected by hand. */
export function ConnectClients({ onProved }: ConnectClientsProps) {
  const { t } = useTranslation('clients');
  return (
    <Stack>
      <Card title={t('list.title')} lead={t('list.lead')}>
        <ClientList onProved={onProved} />
      </Card>
      <ConnectClientCard title={t('other')} />
    </Stack>
  );
}
