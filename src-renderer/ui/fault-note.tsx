import { OctagonAlert } from 'lucide-react';
import { type Fault, useFaultText } from '../platform/faults.ts';
import styles from './notes.module.css';
import { Prose } from './prose.tsx';

/** What went wrong and what to do next, announced when it appears. */
export function FaultNote({ fault }: { fault: Fault | undefined }) {
  const words = useFaultText();
  if (!fault) return <div role="alert" className={styles['alert']} />;
  const { message, advice } = words(fault);
  return (
    <div role="alert" className={styles['alert']}>
      <div className={styles['fault']}>
        <OctagonAlert aria-hidden size="1.125rem" />
        <div>
          <p className={styles['strong']}>
            <Prose>{message}</Prose>
          </p>
          {advice && (
            <p>
              <Prose>{advice}</Prose>
            </p>
          )}
          <p className={styles['code']}>
            <code dir="ltr">{fault.code}</code>
            {/* A translation leaves out the facts of the case; the node’s own sentence has them. */}
            {message !== fault.message && (
              <span dir="ltr" lang="en">
                {fault.message}
              </span>
            )}
          </p>
        </div>
      </div>
    </div>
  );
}
