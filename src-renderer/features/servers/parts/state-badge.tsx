import { KeyRound } from 'lucide-react';
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

export const LOGIN_NEEDED = 'servers.login_needed';

/** @param problem why it does not run; one that waits for a login says so. */
export function ServerStateBadge({
  state,
  problem,
}: {
  state: ServerState;
  problem?: { code: string } | undefined;
}) {
  const { t } = useTranslation('servers');
  if (problem?.code === LOGIN_NEEDED && state !== 'disabled')
    return (
      <Badge tone="warn" icon={KeyRound}>
        {t('state.login')}
      </Badge>
    );
  return <Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>;
}
