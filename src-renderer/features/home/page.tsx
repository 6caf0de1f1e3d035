import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useStream } from '../../platform/use-stream.ts';
import { Page } from '../../ui/page.tsx';
import { ConnectedNow } from '../clients/index.ts';
import { IdentityCard } from '../identity/index.ts';
import { PeersCard } from '../peers/index.ts';
import { AddressesCard } from './parts/addresses-card.tsx';
import { Attention } from './parts/attention.tsx';
import { HealthCard } from './parts/health.tsx';
import { PathsCard } from './parts/paths.tsx';
import { ServersCard } from './parts/servers-card.tsx';
import { ContinueSetup } from './parts/continue-setup.tsx';
import { TrafficCard } from './parts/traffic-card.tsx';
import styles from './home.module.css';

export function HomePage() {
  const { t } = useTranslation('home');
  const sessions = useStream((node, options) => node['clients.sessions']({}, options)).value;
  const clients = sessions?.items.length;
  return (
    <Page title={t('title')}>
      <ContinueSetup />
      <Attention />
      <HealthCard clients={clients} />
      <PathsCard clients={clients} />
      <div className={styles['columns']}>
        <TrafficCard />
        <Suspense>
          <ConnectedNow />
        </Suspense>
        <div className={styles['stack']}>
          <IdentityCard />
          <AddressesCard />
        </div>
        <ServersCard />
        <PeersCard />
      </div>
    </Page>
  );
}
