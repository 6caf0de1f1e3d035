import { Check, ChevronDown } from 'lucide-react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { Option } from '../../../ui/fields.tsx';
import { classes } from '../../../ui/classes.ts';
import styles from './choice.module.css';

export interface ChoiceProps<Value extends string> {
  /** What is chosen here; stands on the button while nothing is. */
  label: string;
  /** What no choice is called. */
  any: string;
  /** Called when the choice is opened: the counts in it change with every keystroke elsewhere. */
  options(): ReadonlyArray<Option<Value>>;
  value: Value | undefined;
  /** What is chosen, as the button says it. */
  shown: string | undefined;
  onChange(value: Value | undefined): void;
}

/** No choice at all. */
const ANY = '+any';

/**
 * One part of a filter. Unlike a form's field it costs nothing while it is closed, since it stands beside a list that is
 * drawn anew at every keystroke.
 */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, any, options, value, shown, onChange } = props;
  return (
    <MenuTrigger>
      <Button
        className={classes(styles['choice'], value !== undefined && styles['chosen'])}
        aria-label={`${label}: ${shown ?? any}`}
      >
        <span className={styles['text']}>{shown ?? label}</span>
        <ChevronDown aria-hidden size="1rem" />
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom start">
        <Choices label={label} any={any} options={options} value={value} onChange={onChange} />
      </Popover>
    </MenuTrigger>
  );
}

function Choices<Value extends string>(props: Omit<ChoiceProps<Value>, 'shown'>) {
  const { label, any, options, value, onChange } = props;
  const items = [{ value: ANY, label: any }, ...options()];
  const current = value ?? ANY;
  return (
    <Menu
      className={styles['menu'] ?? ''}
      aria-label={label}
      items={items}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[current]}
      onAction={(key) => onChange(key === ANY ? undefined : (key as Value))}
    >
      {(option) => (
        <MenuItem id={option.value} textValue={option.label} className={styles['item'] ?? ''}>
          <span className={styles['tick']}>
            {option.value === current && <Check aria-hidden size="1rem" />}
          </span>
          <bdi>{option.label}</bdi>
        </MenuItem>
      )}
    </Menu>
  );
}
