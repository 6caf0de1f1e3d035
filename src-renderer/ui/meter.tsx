import { Meter as AriaMeter } from 'react-aria-components';
import styles from './progress.module.css';

export interface MeterProps {
  label: string;
  /** 0–100. */
  value: number;
  /** What is said instead of the percentage. */
  valueText: string;
}

/** How much of something there is; unlike a progress bar it never gets done. */
export const Meter = ({ label, value, valueText }: MeterProps) => (
  <AriaMeter aria-label={label} className={styles['bar'] ?? ''} value={value} valueLabel={valueText}>
    {({ percentage }) => (
      <svg aria-hidden="true" className={styles['track']} viewBox="0 0 100 4" preserveAspectRatio="none">
        <rect className={styles['known']} width={percentage} height="4" />
      </svg>
    )}
  </AriaMeter>
);
