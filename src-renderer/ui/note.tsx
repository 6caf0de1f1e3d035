import { Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './notes.module.css';

const icons = { info: Info, warn: TriangleAlert, bad: OctagonAlert };

/** A remark beside what it is about; `warn` for what should be read before going on, `bad` for what may be an attack. */
export function Note({ tone = 'info', children }: { tone?: keyof typeof icons; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <div className={classes(styles['note'], styles[tone])}>
      <Icon aria-hidden size="1.125rem" />
      <div>{children}</div>
    </div>
  );
}
