import { Plug, Power } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDesktop, useDesktopState } from '../../../platform/desktop.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { RestartNote } from './restart-note.tsx';
import styles from './node-banner.module.css';

/** Above what was there before, while the node is on its way back. */
export function NodeBanner() {
  const { t } = useTranslation('desktop');
  const link = useDesktop();
  const state = useDesktopState();
  const start = useCommand(async (signal) => link?.program['desktop.startNode']({}, { signal }));
  if (!state) return null;
  const isStarting = state.state === 'starting';
  return (
    <div className={styles['banner']}>
      <Plug aria-hidden size="1.125rem" />
      <p>{isStarting ? t(`gate.phase.${state.phase ?? 'process'}`) : t('gate.crashed')}</p>
      <RestartNote at={state.restartsAt} />
      {!isStarting && (
        <Button size="small" icon={Power} command={start} onPress={() => void start.run()}>
          {t('gate.startNow')}
        </Button>
      )}
    </div>
  );
}
