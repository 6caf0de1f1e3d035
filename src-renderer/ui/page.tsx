import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './page.module.css';

/** A page: its heading, what can be done on it, its content. `fill` gives the content the rest of the height. */
export function Page({
  title,
  lead,
  actions,
  children,
  fill,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  fill?: boolean;
}) {
  return (
    <div className={classes(styles['page'], fill && styles['fill'])}>
      <header className={styles['head']}>
        <div>
          <h1>{title}</h1>
          {lead && <p className={styles['lead']}>{lead}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export interface CardProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A titled part of a page. */
export function Card({ title, lead, actions, children, className }: CardProps) {
  return (
    <section className={classes(styles['card'], className)} aria-label={title}>
      <header className={styles['cardHead']}>
        <div>
          <h2>{title}</h2>
          {lead && <p className={styles['lead']}>{lead}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Words and what they say, in two columns where there is room. */
export const Facts = ({
  items,
}: {
  items: ReadonlyArray<{ label: string; value: ReactNode } | undefined | false>;
}) => (
  <dl className={styles['facts']}>
    {items.map(
      (item) =>
        item && (
          <div key={item.label}>
            <dt>{item.label}</dt>
            <dd>{item.value}</dd>
          </div>
        ),
    )}
  </dl>
);

export const Stack = ({ children }: { children: ReactNode }) => (
  <div className={styles['stack']}>{children}</div>
);
export const Inline = ({ children }: { children: ReactNode }) => (
  <div className={styles['inline']}>{children}</div>
);
