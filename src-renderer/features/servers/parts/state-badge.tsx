import { useTranslation } from 'react-i18next';
import type { ServerState } from '#shared/features/servers/config.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';

const tones: Record<ServerState, Tone> = {
  idle: 'idle',
  starting: 'busy',
  running: 'ok',
  backoff: 'waiting',
  failed: 'bad',
  disabled: 'off',
};

export function ServerStateBadge({ state }: { state: ServerState }) {
  const { t } = useTranslation('servers');
  return <Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>;
}
