import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './choice-cards.module.css';

export interface Choice<Value extends string> {
  value: Value;
  label: ReactNode;
  /** What choosing it means. */
  help?: ReactNode;
  lang?: string;
}

export interface ChoiceCardsProps<Value extends string> {
  label: string;
  choices: ReadonlyArray<Choice<Value>>;
  /** `undefined` while nothing is chosen. */
  value: Value | undefined;
  onChange(value: Value): void;
  /** Side by side where there is room; for short labels. */
  inline?: boolean;
}

/** One of a few, each with room for what it means. */
export function ChoiceCards<Value extends string>(props: ChoiceCardsProps<Value>) {
  const { label, choices, value, onChange, inline } = props;
  return (
    <RadioGroup
      className={classes(styles['group'], inline && styles['inline'])}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen as Value)}
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <div className={styles['cards']}>
        {choices.map((choice) => (
          <Radio key={choice.value} value={choice.value} className={styles['card'] ?? ''}>
            <span className={styles['dot']} aria-hidden />
            <span>
              <span className={styles['name']} lang={choice.lang}>
                {choice.label}
              </span>
              {choice.help && <span className={styles['help']}>{choice.help}</span>}
            </span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
