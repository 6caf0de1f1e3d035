import styles from '../fleet.module.css';

/** A number to compare with another screen: large, and read out digit by digit. */
export const Digits = ({ label, digits }: { label: string; digits: string }) => (
  <p>
    {label}
    <output className={styles['digits']} aria-label={Array.from(digits.replace(/\s/g, '')).join(' ')}>
      <bdi dir="ltr">{digits}</bdi>
    </output>
  </p>
);
