import { CirclePause, CirclePlay } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ActionMenu } from '../../../ui/menu.tsx';
import { useConditions, useNextMorning, useSharingPause } from '../../node/index.ts';
import styles from '../home.module.css';

const HOUR_MS = 3_600_000;

/** Stops serving peers for a while, or resumes it. AI clients of this machine notice nothing. */
export function SharingPause() {
  const { t } = useTranslation('home');
  const { clock } = useNodeLink();
  const format = useFormats();
  const conditions = useConditions();
  const { pause, resume } = useSharingPause();
  const untilMorning = useNextMorning();
  if (!conditions) return null;
  const { reasons, until } = conditions;
  const paused = reasons.includes('person');
  return (
    <div className={styles['pause']}>
      {paused && until !== undefined && (
        <span className={styles['soft']}>
          {t('sharing.until', { time: format.when(until, clock.now()) })}
        </span>
      )}
      {paused ? (
        <Button icon={CirclePlay} command={resume} onPress={() => void resume.run()}>
          {t('sharing.resume')}
        </Button>
      ) : (
        <ActionMenu
          label={t('sharing.pause')}
          icon={CirclePause}
          actions={[
            { id: 'hour', label: t('sharing.forHour'), run: () => void pause.run(HOUR_MS) },
            { id: 'morning', label: t('sharing.untilMorning'), run: () => void pause.run(untilMorning()) },
            { id: 'open', label: t('sharing.untilResumed'), run: () => void pause.run() },
          ]}
        />
      )}
      {(pause.fault ?? resume.fault) && <FaultNote fault={pause.fault ?? resume.fault} />}
    </div>
  );
}
