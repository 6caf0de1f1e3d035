import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { classes } from './classes.ts';
import styles from './stepper.module.css';

export interface Step<Id extends string> {
  id: Id;
  label: string;
  done: boolean;
}

export interface StepperProps<Id extends string> {
  label: string;
  steps: ReadonlyArray<Step<Id>>;
  current: Id;
  onGo(id: Id): void;
}

/** Where one is on a way of a few steps, and a way to each of them. */
export function Stepper<Id extends string>({ label, steps, current, onGo }: StepperProps<Id>) {
  const { t } = useTranslation('common');
  return (
    <ol className={styles['steps']} aria-label={label}>
      {steps.map(({ id, label: name, done }, index) => (
        <li key={id}>
          <button
            type="button"
            className={classes(styles['step'], id === current && styles['here'], done && styles['done'])}
            aria-current={id === current ? 'step' : undefined}
            onClick={() => onGo(id)}
          >
            <span className={styles['number']} aria-hidden>
              {done ? <Check size="1rem" strokeWidth={3} /> : t('stepNumber', { number: index + 1 })}
            </span>
            <span className={styles['name']}>{name}</span>
            {done && <span className="visually-hidden">{t('stepDone')}</span>}
          </button>
        </li>
      ))}
    </ol>
  );
}
