import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './tabs.module.css';

export interface TabItem<Id extends string> {
  id: Id;
  label: ReactNode;
  content: ReactNode;
}

export function Tabs<Id extends string>({
  label,
  items,
  selected,
  onSelect,
  fill = false,
}: {
  label: string;
  items: ReadonlyArray<TabItem<Id>>;
  selected: Id;
  onSelect(id: Id): void;
  /** Whether the shown panel takes all the height that there is. */
  fill?: boolean;
}) {
  return (
    <AriaTabs
      className={classes(styles['tabs'], fill && styles['fill'])}
      selectedKey={selected}
      onSelectionChange={(key) => onSelect(key as Id)}
    >
      <TabList className={styles['list'] ?? ''} aria-label={label}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={styles['tab'] ?? ''}>
            {item.label}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={styles['panel'] ?? ''}>
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
