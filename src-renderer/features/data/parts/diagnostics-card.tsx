import { useTranslation } from 'react-i18next';
import { Card } from '../../../ui/page.tsx';
import { DiagnosticsButton } from './diagnostics-button.tsx';

export function DiagnosticsCard() {
  const { t } = useTranslation('data');
  return (
    <Card title={t('diagnostics.title')} lead={t('diagnostics.lead')}>
      <div>
        <DiagnosticsButton />
      </div>
    </Card>
  );
}
