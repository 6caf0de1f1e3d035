import type { LucideIcon } from 'lucide-react';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** `primary`: the one thing to do here. `danger`: takes something away. `quiet`: among many of its kind. */
  look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: LucideIcon;
  size?: 'normal' | 'small';
  children: ReactNode;
}

/** A button; while `isPending` it keeps its place and shows a spinner once that lasts longer than 200 ms. */
export function Button({ look = 'secondary', icon: Icon, size = 'normal', children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={classes(styles['button'], styles[look], styles[size])}>
      {props.isPending ? <Spinner /> : Icon && <Icon aria-hidden size="1rem" className={styles['icon']} />}
      <span>{children}</span>
    </AriaButton>
  );
}

const Spinner = () => <LoaderCircle aria-hidden size="1rem" className={styles['spinner']} />;

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  icon: LucideIcon;
  /** Said by screen readers and shown in a tooltip. */
  label: string;
}

/** A button that is only a picture; its name is in a tooltip on hover and focus. */
export function IconButton({ icon: Icon, label, ...props }: IconButtonProps) {
  return (
    <TooltipTrigger delay={400} closeDelay={100}>
      <AriaButton
        {...props}
        aria-label={label}
        className={classes(styles['button'], styles['quiet'], styles['square'])}
      >
        {props.isPending ? <Spinner /> : <Icon aria-hidden size="1.125rem" />}
      </AriaButton>
      <Tooltip className={styles['tooltip'] ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
