import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';

/** Before the first reading: whom it asks, and what that one learns. Nothing is sent before the button is pressed. */
export function BrowseConsent({
  url,
  reading,
  onBrowse,
}: {
  url: string;
  reading: boolean;
  onBrowse(): void;
}) {
  const { t } = useTranslation('discover');
  const host = URL.parse(url)?.host ?? url;
  return (
    <EmptyState
      picture="search"
      title={t('consent.title')}
      action={
        <Button look="primary" isPending={reading} onPress={onBrowse}>
          {t('consent.browse', { host })}
        </Button>
      }
    >
      <p>{t('consent.words', { host })}</p>
      <p>{t('consent.privacy', { host })}</p>
    </EmptyState>
  );
}
