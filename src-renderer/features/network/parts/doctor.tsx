import { Stethoscope } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type DoctorResult,
  type DoctorState,
  doctorChecks,
  doctorPlaces,
  worstState,
} from '#shared/features/p2p/doctor.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { DoctorPicture } from './doctor-picture.tsx';
import { DoctorRow } from './doctor-row.tsx';
import styles from './doctor.module.css';
import { type Examination, useDoctor } from './use-doctor.ts';

export interface ConnectionDoctorProps {
  /** Begins at once; otherwise a button does. */
  autoStart?: boolean;
  /** Told once a run is over: whether nothing failed. */
  onFinished?(healthy: boolean): void;
}

/** Checks how this node is connected: the path as a picture, then each check with its result and what to do. */
export function ConnectionDoctor({ autoStart = false, onFinished }: ConnectionDoctorProps) {
  const { t } = useTranslation(['network', 'common']);
  const { fault, phase, results, start, stop } = useDoctor();
  const shown = doctorChecks.flatMap((check) => results[check] ?? []);
  const begin = useEffectEvent(() => void start());
  useEffect(() => {
    if (autoStart) begin();
  }, [autoStart]);
  const told = useEffectEvent(() => {
    if (phase === 'done') onFinished?.(!shown.some(({ state }) => state === 'failed'));
  });
  useEffect(() => told(), [phase]);
  return (
    <section className={styles['doctor']} aria-label={t('doctor.title')}>
      <header className={styles['head']}>
        <p>{t('doctor.lead')}</p>
        {phase === 'running' ? (
          <Button onPress={stop}>{t('common:stop')}</Button>
        ) : (
          <Button look="primary" icon={Stethoscope} onPress={() => void start()}>
            {phase === 'idle' ? t('doctor.start') : t('doctor.again')}
          </Button>
        )}
      </header>
      <DoctorPicture stateOf={(place) => stateOf(shown, place)} />
      <Verdict phase={phase} shown={shown} />
      <FaultNote fault={fault} />
      {shown.length > 0 && (
        <ul className={styles['checks']}>
          {(phase === 'running' ? shown : byUrgency(shown)).map((result) => (
            <DoctorRow key={result.check} result={result} onAgain={() => void start()} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What is to be mended comes first, once nothing moves any more. */
const byUrgency = (shown: readonly DoctorResult[]): DoctorResult[] =>
  shown.toSorted((a, b) => urgency(b) - urgency(a));

const urgency = ({ state }: DoctorResult): number => (state === 'failed' ? 2 : state === 'warn' ? 1 : 0);

type Place = (typeof doctorPlaces)[keyof typeof doctorPlaces];

const stateOf = (shown: readonly DoctorResult[], place: Place): DoctorState | 'waiting' => {
  const states = shown.filter(({ check }) => doctorPlaces[check] === place).map(({ state }) => state);
  return states.length === 0 ? 'waiting' : worstState(states);
};

/** All of it in one line, told as it changes. */
function Verdict({ phase, shown }: { phase: Examination['phase']; shown: readonly DoctorResult[] }) {
  const { t } = useTranslation('network');
  const count = (wanted: DoctorState) => shown.filter(({ state }) => state === wanted).length;
  const total = doctorChecks.length;
  const done = shown.length - count('running');
  const words = () => {
    if (phase === 'idle') return '';
    if (phase === 'stopped') return t('doctor.stopped');
    if (count('failed') > 0) return t('doctor.failures', { count: count('failed') });
    if (count('warn') > 0) return t('doctor.warnings', { count: count('warn') });
    return t('doctor.healthy');
  };
  if (phase === 'running') {
    const label = t('doctor.running', { done, total });
    return (
      <div className={styles['progress']} role="status">
        <span>{label}</span>
        <ProgressBar label={label} value={(done / total) * 100} />
      </div>
    );
  }
  return (
    <p role="status" className={styles['verdict']}>
      {words()}
    </p>
  );
}
