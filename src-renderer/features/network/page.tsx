import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function NetworkPage() {
  const { t } = useTranslation('network');
  return <Page title={t('title')}>{null}</Page>;
}
