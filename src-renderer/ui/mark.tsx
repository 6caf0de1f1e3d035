import styles from './mark.module.css';

/** A cell of the comb with three nodes that reach each other through it. */
export const Mark = () => (
  <svg aria-hidden="true" viewBox="0 0 32 32" className={styles['mark']}>
    <path className={styles['cell']} d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75z" />
    <path className={styles['ways']} d="M16 16V9.2M16 16l5.9 3.4M16 16l-5.9 3.4" />
    <circle cx="16" cy="16" r="3.4" />
    <circle cx="16" cy="8.4" r="2.5" />
    <circle cx="22.6" cy="19.8" r="2.5" />
    <circle cx="9.4" cy="19.8" r="2.5" />
  </svg>
);
