import { type ReactNode, useMemo, useState } from 'react';
import {
  Cell,
  Collection,
  Column,
  Row,
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
}

/** In rem. Rows are of one height, so that only those in view are drawn; text that does not fit is cut. */
const ROW_HEIGHT = 3.25;
const HEADING_HEIGHT = 2.25;
/** Rows that the table counts at first, and adds whenever their end comes into view: each costs even unseen. */
const ROWS_AT_ONCE = 500;

export function Table<Item>(props: TableProps<Item>) {
  const { label, items, onOpen, sort, onSort, empty } = props;
  const rem = useRem();
  const columns = useMemo(() => [...props.columns], [props.columns]);
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

function Heading<Item>({ column, rem }: { column: TableColumn<Item>; rem: number }) {
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
  const { columns, items, idOf, textOf, onOpen, openId } = props;
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
                <div className={styles['content']}>{column.cell(item)}</div>
              </Cell>
            )}
          </Row>
        )}
      </Collection>
      {counted < items.length && (
        <TableLoadMoreItem onLoadMore={() => setCounted((now) => now + ROWS_AT_ONCE)} />
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
