import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './list.module.css';

export const List = ({ label, children }: { label: string; children: ReactNode }) => (
  <ul className={styles['list']} aria-label={label}>
    {children}
  </ul>
);

export interface ListRowProps {
  title: ReactNode;
  /** Words beneath the title. */
  sub?: ReactNode;
  /** States, at the row's end. */
  states?: ReactNode;
  actions?: ReactNode;
  open?: boolean;
}

/** One thing in a list: its name, what helps to know it apart, its state and what can be done with it. */
export const ListRow = ({ title, sub, states, actions, open }: ListRowProps) => (
  <li className={classes(styles['row'], open && styles['open'])}>
    <div className={styles['words']}>
      <div className={styles['title']}>{title}</div>
      {sub && <div className={styles['sub']}>{sub}</div>}
    </div>
    {(states || actions) && (
      <div className={styles['end']}>
        {states && <div className={styles['states']}>{states}</div>}
        {actions && <div className={styles['actions']}>{actions}</div>}
      </div>
    )}
  </li>
);
