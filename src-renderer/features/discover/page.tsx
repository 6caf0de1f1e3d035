import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function DiscoverPage() {
  const { t } = useTranslation('discover');
  return <Page title={t('title')}>{null}</Page>;
}
