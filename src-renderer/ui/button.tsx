import type { LucideIcon } from 'lucide-react';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Focusable,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import { type Fault, useFaultText } from '../platform/faults.ts';
import { classes } from './classes.ts';
import styles from './button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** `primary`: the one thing to do here. `danger`: takes something away. `quiet`: among many of its kind. */
  look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: LucideIcon;
  size?: 'normal' | 'small';
  /** What it sets going: it is pending with it, and disabled, with the reason, where it may not be run. */
  command?: { pending: boolean; refusal?: Fault | undefined };
  children: ReactNode;
}

/** A button; while `isPending` it keeps its place and shows a spinner once that lasts longer than 200 ms. */
export function Button({ command, ...props }: ButtonProps) {
  if (command?.refusal) return <RefusedButton {...props} refusal={command.refusal} />;
  return <OpenButton {...props} isPending={command?.pending ?? props.isPending ?? false} />;
}

function OpenButton({ look = 'secondary', icon: Icon, size = 'normal', children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={classes(styles['button'], styles[look], styles[size])}>
      {props.isPending ? <Spinner /> : Icon && <Icon aria-hidden size="1rem" className={styles['icon']} />}
      <span>{children}</span>
    </AriaButton>
  );
}

/** Keeps its place among what Tab reaches: who looks for it must be able to learn why he may not press it. */
function RefusedButton({ refusal, ...props }: ButtonProps & { refusal: Fault }) {
  const { look = 'secondary', icon: Icon, size = 'normal', children } = props;
  const { message, advice } = useFaultText()(refusal);
  return (
    <TooltipTrigger delay={200} closeDelay={100}>
      <Focusable>
        <button
          type="button"
          aria-disabled
          aria-label={props['aria-label']}
          data-disabled
          className={classes(styles['button'], styles[look], styles[size])}
        >
          {Icon && <Icon aria-hidden size="1rem" className={styles['icon']} />}
          <span>{children}</span>
        </button>
      </Focusable>
      <Tooltip className={styles['tooltip'] ?? ''} offset={6}>
        {message} {advice}
      </Tooltip>
    </TooltipTrigger>
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
