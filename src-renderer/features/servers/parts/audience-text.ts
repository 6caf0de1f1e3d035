import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';

/** With whom a server is shared, in a few words for a list. */
export function useAudienceText(): (share: Share | undefined) => string {
  const { t } = useTranslation('sharing');
  return (share) => {
    if (!share) return t('short.nobody');
    if (share.audience.kind !== 'providers') return t(`short.${share.audience.kind}`);
    return t('short.providers', { count: share.audience.providers.length });
  };
}
