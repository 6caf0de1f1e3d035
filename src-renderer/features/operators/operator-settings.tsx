import { useTranslation } from 'react-i18next';
import { useOperator } from '../../platform/operator.ts';
import { Card, Stack } from '../../ui/page.tsx';
import { OperatorsCard } from './parts/operators-card.tsx';

export function OperatorSettings() {
  const { t } = useTranslation('operators');
  const operator = useOperator();
  return (
    <Stack>
      {operator && (
        <Card title={t('me.title', { role: t(`role.${operator.role}`) })}>
          <p>{t(`can.${operator.role}`)}</p>
        </Card>
      )}
      <OperatorsCard me={operator?.id} />
    </Stack>
  );
}
