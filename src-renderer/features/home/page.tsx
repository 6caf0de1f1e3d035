import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { ConnectClientCard } from '../clients/index.ts';
import { IdentityCard } from '../identity/index.ts';
import { PeersCard } from '../peers/index.ts';
import { AddressesCard } from './parts/addresses-card.tsx';
import { Attention } from './parts/attention.tsx';
import { Chain } from './parts/chain.tsx';
import { ServersCard } from './parts/servers-card.tsx';
import styles from './home.module.css';

export function HomePage() {
  const { t } = useTranslation('home');
  return (
    <Page title={t('title')}>
      <Chain />
      <Attention />
      <div className={styles['columns']}>
        <ConnectClientCard />
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
