import { CirclePause } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { useConditions } from '../store.tsx';

/** Says that peers are not served, and why; nothing while they are. */
export function PausedBadge() {
  const { t } = useTranslation('frame');
  const format = useFormats();
  const conditions = useConditions();
  if (conditions?.sharing !== 'paused') return null;
  const reasons = format.list(conditions.reasons.map((reason) => t(`paused.reason.${reason}`)));
  return (
    <Badge tone="warn" icon={CirclePause}>
      {t('paused.badge', { reasons })}
    </Badge>
  );
}
