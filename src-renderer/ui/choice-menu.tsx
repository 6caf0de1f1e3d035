import { Check, type LucideIcon } from 'lucide-react';
import { Menu as AriaMenu, Button, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { classes } from './classes.ts';
import buttons from './button.module.css';
import styles from './menu.module.css';

export interface ChoiceMenuProps<Value extends string> {
  label: string;
  icon: LucideIcon;
  options: ReadonlyArray<{ value: Value; label: string; lang?: string }>;
  value: Value;
  onChange(value: Value): void;
}

/** A small button that says what is chosen and opens the other choices. */
export function ChoiceMenu<Value extends string>({
  label,
  icon: Icon,
  options,
  value,
  onChange,
}: ChoiceMenuProps<Value>) {
  const chosen = options.find((option) => option.value === value)?.label ?? value;
  return (
    <MenuTrigger>
      <Button
        className={classes(buttons['button'], buttons['quiet'], buttons['small'])}
        aria-label={`${label}: ${chosen}`}
      >
        <Icon aria-hidden size="1rem" />
        <span>{chosen}</span>
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end">
        <AriaMenu
          className={styles['menu'] ?? ''}
          aria-label={label}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[value]}
          onAction={(key) => onChange(key as Value)}
        >
          {options.map((option) => (
            <MenuItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className={styles['item'] ?? ''}
            >
              <span className={styles['tick']}>
                {option.value === value && <Check aria-hidden size="1rem" />}
              </span>
              <span lang={option.lang}>{option.label}</span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
