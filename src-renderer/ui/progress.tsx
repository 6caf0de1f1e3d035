import { ProgressBar as AriaProgressBar } from 'react-aria-components';
import styles from './progress.module.css';

export interface ProgressBarProps {
  label: string;
  /** 0–100; absent where nobody knows how far it is. */
  value?: number;
  /** What is said instead of the percentage. */
  valueText?: string;
}

/** How far something is, or that it is under way where nobody knows how far. */
export function ProgressBar({ label, value, valueText }: ProgressBarProps) {
  return (
    <AriaProgressBar
      aria-label={label}
      className={styles['bar'] ?? ''}
      {...(value === undefined ? { isIndeterminate: true } : { value })}
      {...(valueText ? { valueLabel: valueText } : {})}
    >
      {({ percentage }) => (
        <svg aria-hidden="true" className={styles['track']} viewBox="0 0 100 4" preserveAspectRatio="none">
          <rect
            className={value === undefined ? styles['unknown'] : styles['known']}
            width={value === undefined ? 30 : (percentage ?? 0)}
            height="4"
          />
        </svg>
      )}
    </AriaProgressBar>
  );
}

/** A line that a page shows while it reads for the first time; it stays unseen for the first 200 ms. */
export const Loading = ({ label }: { label: string }) => (
  <div className={styles['loading']}>
    <ProgressBar label={label} />
    <span>{label}</span>
  </div>
);
