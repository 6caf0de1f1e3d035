import { Check, Minus } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import {
  Cell,
  Checkbox,
  Collection,
  Column,
  Row,
  type Selection,
  type SortDescriptor,
  Table as AriaTable,
  TableBody,
  TableHeader,
  TableLayout,
  TableLoadMoreItem,
  Virtualizer,
} from 'react-aria-components';
import { classes } from './classes.ts';
import { useRem } from './use-rem.ts';
import styles from './table.module.css';

export interface TableColumn<Item> {
  id: string;
  label: string;
  cell(item: Item): ReactNode;
  /** Names the row for screen readers. */
  isRowHeader?: boolean;
  sortable?: boolean;
  /** Share of the width; 1 unless said. */
  grow?: number;
  /** Never narrower, in rem; 5 unless said. */
  minWidth?: number;
}

export interface TableProps<Item> {
  label: string;
  columns: ReadonlyArray<TableColumn<Item>>;
  items: readonly Item[];
  idOf(item: NoInfer<Item>): string;
  /** Plain words for typing ahead. */
  textOf(item: NoInfer<Item>): string;
  /** Enter or a press on a row. */
  onOpen?(id: string): void;
  openId?: string | undefined;
  sort?: SortDescriptor;
  onSort?(sort: SortDescriptor): void;
  empty: ReactNode;
  /** Rows can be chosen, each by its box; `all` means whatever the list stands for, unseen rows included. */
  selected?: Selected;
  onSelect?(selected: Selected): void;
  /** Called when the end of `items` comes into view and there is more elsewhere. */
  onMore?: (() => void) | undefined;
}

export type Selected = 'all' | ReadonlySet<string>;

/** In rem. Rows are of one height, so that only those in view are drawn; text that does not fit is cut. */
const ROW_HEIGHT = 3.25;
const HEADING_HEIGHT = 2.25;
/** Rows that the table counts at first, and adds whenever their end comes into view: each costs even unseen. */
const ROWS_AT_ONCE = 500;

export function Table<Item>(props: TableProps<Item>) {
  const { label, items, onOpen, sort, onSort, empty, onSelect, selected } = props;
  const rem = useRem();
  const choosing = onSelect !== undefined;
  const columns = useMemo(
    () => (choosing ? [boxes as TableColumn<Item>, ...props.columns] : [...props.columns]),
    [props.columns, choosing],
  );
  if (items.length === 0) return <div className={styles['frame']}>{empty}</div>;
  return (
    <div className={classes(styles['frame'], styles['filled'])}>
      <Virtualizer
        layout={TableLayout}
        layoutOptions={{ rowHeight: ROW_HEIGHT * rem, headingHeight: HEADING_HEIGHT * rem, loaderHeight: 1 }}
      >
        <AriaTable
          className={styles['table'] ?? ''}
          aria-label={label}
          {...(onOpen ? { onRowAction: (key) => onOpen(String(key)) } : {})}
          {...(sort ? { sortDescriptor: sort } : {})}
          {...(onSort ? { onSortChange: onSort } : {})}
          {...(onSelect
            ? {
                selectionMode: 'multiple' as const,
                selectedKeys: selected ?? [],
                onSelectionChange: (keys: Selection) => onSelect(keys as Selected),
              }
            : {})}
        >
          <TableHeader className={styles['header'] ?? ''} columns={columns}>
            {(column) => <Heading column={column} rem={rem} />}
          </TableHeader>
          <Rows {...props} columns={columns} />
        </AriaTable>
      </Virtualizer>
    </div>
  );
}

/** The column of boxes; it has no words of its own. */
const BOXES = 'boxes';
const boxes: TableColumn<unknown> = { id: BOXES, label: '', cell: () => null };
const BOXES_WIDTH = 2.75;

/** Its name comes from the table: “Select all”, or “Select” and the row. */
const Box = () => (
  <Checkbox slot="selection" className={styles['boxTarget'] ?? ''}>
    {({ isIndeterminate, isSelected }) => (
      <span className={styles['box']} aria-hidden>
        {isIndeterminate ? (
          <Minus size="0.875rem" strokeWidth={3} />
        ) : (
          isSelected && <Check size="0.875rem" strokeWidth={3} />
        )}
      </span>
    )}
  </Checkbox>
);

function Heading<Item>({ column, rem }: { column: TableColumn<Item>; rem: number }) {
  if (column.id === BOXES)
    return (
      <Column
        id={BOXES}
        width={BOXES_WIDTH * rem}
        minWidth={BOXES_WIDTH * rem}
        className={styles['column'] ?? ''}
      >
        <Box />
      </Column>
    );
  return (
    <Column
      id={column.id}
      isRowHeader={column.isRowHeader ?? false}
      allowsSorting={column.sortable ?? false}
      minWidth={(column.minWidth ?? 5) * rem}
      defaultWidth={`${column.grow ?? 1}fr`}
      className={styles['column'] ?? ''}
    >
      {({ sortDirection }) => (
        <>
          {column.label}
          {sortDirection && <span aria-hidden>{sortDirection === 'ascending' ? '↑' : '↓'}</span>}
        </>
      )}
    </Column>
  );
}

function Rows<Item>(props: TableProps<Item> & { columns: Array<TableColumn<Item>> }) {
  const { columns, items, idOf, textOf, onOpen, openId, onMore } = props;
  const [counted, setCounted] = useState(ROWS_AT_ONCE);
  const counting = useMemo(() => items.slice(0, counted) as Array<Item & object>, [items, counted]);
  return (
    <TableBody>
      <Collection items={counting} dependencies={[columns, openId]}>
        {(item) => (
          <Row
            id={idOf(item)}
            textValue={textOf(item)}
            columns={columns}
            className={classes(
              styles['tableRow'],
              onOpen && styles['pressable'],
              openId === idOf(item) && styles['open'],
            )}
          >
            {(column) => (
              <Cell className={styles['cell'] ?? ''}>
                {column.id === BOXES ? <Box /> : <div className={styles['content']}>{column.cell(item)}</div>}
              </Cell>
            )}
          </Row>
        )}
      </Collection>
      {counted < items.length ? (
        <TableLoadMoreItem onLoadMore={() => setCounted((now) => now + ROWS_AT_ONCE)} />
      ) : (
        onMore && <TableLoadMoreItem onLoadMore={onMore} />
      )}
    </TableBody>
  );
}

/** Two lines in a cell: what it is, and what helps to know it apart. */
export const CellLines = ({ first, second }: { first: ReactNode; second?: ReactNode }) => (
  <span className={styles['lines']}>
    <span dir="auto" className={styles['first']}>
      {first}
    </span>
    {second && (
      <span dir="auto" className={styles['second']}>
        {second}
      </span>
    )}
  </span>
);
