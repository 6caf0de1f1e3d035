import { useTranslation } from 'react-i18next';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';

const tones: Record<ToolView['state'], Tone> = {
  local: 'ok',
  pending: 'waiting',
  approved: 'ok',
  changed: 'warn',
  rejected: 'off',
};

export function ToolStateBadge({ state }: { state: ToolView['state'] }) {
  const { t } = useTranslation('catalog');
  return <Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>;
}
