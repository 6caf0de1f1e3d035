import { useTranslation } from 'react-i18next';
import type { Callers } from '#shared/features/access/rules.ts';
import { useFormats } from '../../../platform/formats.ts';
import { usePeers } from '../../peers/index.ts';

/** Sentences that name those who may call a server, and words for one of its tools. */
export function useWho(): { server(callers: Callers): string; tool(callers: Callers): string } {
  const { t } = useTranslation('sharing');
  const format = useFormats();
  const peers = usePeers() ?? [];
  const nameOf = (id: string) =>
    peers.find((peer) => peer.providerId === id)?.displayName || `${id.slice(0, 12)}…`;
  const names = (providers: readonly string[]) => format.list(providers.map(nameOf));
  const known = new Set(peers.filter((peer) => peer.known).map((peer) => peer.providerId)).size;
  return {
    server(callers) {
      switch (callers.kind) {
        case 'nobody':
          return t('nobody.title');
        case 'everyone':
          return t('who.everyone');
        case 'grants':
          return t('who.grants');
        case 'known':
          return t('who.known', { count: known });
        case 'providers':
          return t('who.providers', { names: names(callers.providers) });
        case 'known_of':
          return t('who.knownOf', { names: names(callers.providers) });
      }
    },
    tool(callers) {
      switch (callers.kind) {
        case 'nobody':
        case 'everyone':
        case 'known':
        case 'grants':
          return t(`callers.${callers.kind}`);
        case 'providers':
          return names(callers.providers);
        case 'known_of':
          return t('callers.knownOf', { names: names(callers.providers) });
      }
    },
  };
}
