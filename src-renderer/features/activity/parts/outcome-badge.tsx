import { useTranslation } from 'react-i18next';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';

const tones: Record<Invocation['outcome'], Tone> = {
  ok: 'ok',
  tool_error: 'warn',
  error: 'bad',
  cancelled: 'off',
};

export function OutcomeBadge({ outcome }: { outcome: Invocation['outcome'] }) {
  const { t } = useTranslation('activity');
  return <Badge tone={tones[outcome]}>{t(`outcome.${outcome}`)}</Badge>;
}
