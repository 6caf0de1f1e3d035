import styles from './id.module.css';

/** A long identifier, shortened in the middle where its ends tell it apart; whole in its title and for screen readers' spelling. */
export function Id({ value, head = 10, tail = 6 }: { value: string; head?: number; tail?: number }) {
  const short = value.length > head + tail + 1 ? `${value.slice(0, head)}…${value.slice(-tail)}` : value;
  return (
    <code dir="ltr" className={styles['id']} title={value}>
      {short}
    </code>
  );
}
