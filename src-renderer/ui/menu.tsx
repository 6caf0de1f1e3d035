import { ChevronDown, EllipsisVertical, type LucideIcon } from 'lucide-react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button, IconButton } from './button.tsx';
import { classes } from './classes.ts';
import styles from './menu.module.css';

export interface MenuAction {
  id: string;
  label: string;
  icon?: LucideIcon;
  danger?: boolean;
  run(): void;
}

/** What else can be done here, behind three dots. */
export const Menu = ({ label, actions }: { label: string; actions: readonly MenuAction[] }) => (
  <MenuTrigger>
    <IconButton icon={EllipsisVertical} label={label} />
    <Actions actions={actions} />
  </MenuTrigger>
);

/** A button that says what it is about and opens the ways to do it. */
export const ActionMenu = ({
  label,
  icon,
  actions,
}: {
  label: string;
  icon: LucideIcon;
  actions: readonly MenuAction[];
}) => (
  <MenuTrigger>
    <Button icon={icon}>
      <span className={styles['opens']}>
        {label}
        <ChevronDown aria-hidden size="1rem" />
      </span>
    </Button>
    <Actions actions={actions} />
  </MenuTrigger>
);

const Actions = ({ actions }: { actions: readonly MenuAction[] }) => (
  <Popover className={styles['popover'] ?? ''} placement="bottom end">
    <AriaMenu
      className={styles['menu'] ?? ''}
      onAction={(key) => actions.find((action) => action.id === key)?.run()}
    >
      {actions.map(({ id, label: text, icon: Icon, danger }) => (
        <MenuItem
          key={id}
          id={id}
          textValue={text}
          className={classes(styles['item'], danger && styles['danger'])}
        >
          {Icon && <Icon aria-hidden size="1rem" />}
          {text}
        </MenuItem>
      ))}
    </AriaMenu>
  </Popover>
);
