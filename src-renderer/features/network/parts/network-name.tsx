import { useTranslation } from 'react-i18next';
import type { NetworkItem } from '#shared/features/p2p/networks.ts';
import { type MarkedNetwork, markedNetworks } from '../rules.ts';
import { useNetwork } from '../store.ts';

/** What a network is called: private ones have names, the public one a word in each language. */
export function useNetworkName(): (network: Pick<NetworkItem, 'kind' | 'name'>) => string {
  const { t } = useTranslation('network');
  return ({ kind, name }) => (kind === 'public' ? t('nets.public') : name);
}

/** The networks of this node by name, with their signs; empty where there is only one. */
export function useMarkedNetworks(): MarkedNetwork[] {
  const nameOf = useNetworkName();
  const networks = useNetwork().data?.networks ?? [];
  return markedNetworks(networks.map((network) => ({ id: network.id, name: nameOf(network) })));
}
