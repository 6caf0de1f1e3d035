import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './notes.module.css';

/** A remark beside what it is about; `warn` for what should be read before going on. */
export function Note({ tone = 'info', children }: { tone?: 'info' | 'warn'; children: ReactNode }) {
  const Icon = tone === 'warn' ? TriangleAlert : Info;
  return (
    <div className={classes(styles['note'], styles[tone])}>
      <Icon aria-hidden size="1.125rem" />
      <div>{children}</div>
    </div>
  );
}
