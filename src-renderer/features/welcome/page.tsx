import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function WelcomePage() {
  const { t } = useTranslation('setup');
  return <Page title={t('title')}>{null}</Page>;
}
