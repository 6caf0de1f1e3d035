import { useTranslation } from 'react-i18next';
import type { NetworkItem } from '#shared/features/p2p/networks.ts';

/** What a network is called: private ones have names, the public one a word in each language. */
export function useNetworkName(): (network: Pick<NetworkItem, 'kind' | 'name'>) => string {
  const { t } = useTranslation('network');
  return ({ kind, name }) => (kind === 'public' ? t('nets.public') : name);
}
