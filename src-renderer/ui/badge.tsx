import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  Clock,
  Info,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './badge.module.css';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle' | 'off' | 'busy' | 'waiting';

/** Each tone has its own shape, so that no state is told by colour alone. */
const icons: Record<Tone, LucideIcon> = {
  ok: CircleCheck,
  warn: TriangleAlert,
  bad: OctagonAlert,
  info: Info,
  idle: CircleDashed,
  off: CircleSlash,
  busy: LoaderCircle,
  waiting: Clock,
};

export interface BadgeProps {
  tone: Tone;
  children: ReactNode;
  icon?: LucideIcon;
  /** Without the tinted ground, for rows that hold many. */
  plain?: boolean;
}

/** A state in a word, with its shape and colour. */
export function Badge({ tone, children, icon, plain }: BadgeProps) {
  const Icon = icon ?? icons[tone];
  return (
    <span className={classes(styles['badge'], styles[tone], plain && styles['plain'])}>
      <Icon aria-hidden size="0.875rem" strokeWidth={2.25} />
      <span>{children}</span>
    </span>
  );
}

/** A word about something that is not a state: a tag, a count. */
export const Tag = ({ children }: { children: ReactNode }) => (
  <span className={styles['tag']}>{children}</span>
);
