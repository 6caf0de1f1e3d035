import { CircleCheck, CircleDashed, LoaderCircle, type LucideIcon, OctagonAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Hop, HOPS } from '#shared/features/clients/files.ts';
import { useFormats } from '../../../platform/formats.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { chainOf, failedHop, type HopState, isProved } from '../rules.ts';
import styles from './chain.module.css';

const icons: Record<HopState, LucideIcon> = {
  idle: CircleDashed,
  running: LoaderCircle,
  ok: CircleCheck,
  failed: OctagonAlert,
};

/** The way from a client to a tool in one picture, each link with its state; what breaks it, in words below. */
export function Chain({ name, hops }: { name: string; hops: readonly Hop[] }) {
  const { t } = useTranslation('clients');
  const chain = chainOf(hops);
  return (
    <div className={styles['frame']}>
      <ol className={styles['chain']} aria-label={t('chain.label', { name })}>
        {HOPS.map((hop) => (
          <Link key={hop} name={t(`chain.hop.${hop}`)} {...chain[hop]} />
        ))}
      </ol>
      <Outcome name={name} hops={hops} />
    </div>
  );
}

function Link({ name, state, hop }: { name: string; state: HopState; hop?: Hop }) {
  const { t } = useTranslation('clients');
  const format = useFormats();
  const Icon = icons[state];
  const subject = hop?.subject;
  return (
    <li className={styles['hop']} data-state={state}>
      <div className={styles['box']}>
        <span className={styles['name']}>{name}</span>
        <span className={styles['state']}>
          <Icon aria-hidden size="0.875rem" className={state === 'running' ? styles['spin'] : ''} />
          <span>
            {t(`chain.state.${state}`)}
            {hop?.ms !== undefined && ` · ${format.duration(hop.ms)}`}
          </span>
        </span>
        {subject && (
          <span className={styles['subject']} dir="ltr" title={subject}>
            {lastPart(subject)}
          </span>
        )}
        {hop?.count !== undefined && (
          <span className={styles['count']}>{t('chain.tools', { count: hop.count })}</span>
        )}
      </div>
    </li>
  );
}

/** Of a path the name: the rest does not fit, and stands in the title. */
const lastPart = (subject: string): string => subject.split(/[\\/]/).at(-1) || subject;

function Outcome({ name, hops }: { name: string; hops: readonly Hop[] }) {
  const { t } = useTranslation('clients');
  const fault = failedHop(hops)?.fault;
  const listed = hops.some((hop) => hop.listed);
  const isTesting = hops.at(-1)?.state === 'running';
  return (
    <div aria-live="polite" className={styles['outcome']}>
      {isTesting && <span className="visually-hidden">{t('chain.testing', { name })}</span>}
      {isProved(hops) && <Note>{t(listed ? 'chain.listed' : 'chain.proved', { name })}</Note>}
      {fault && <FaultNote fault={{ ...fault, retryable: false }} />}
    </div>
  );
}
