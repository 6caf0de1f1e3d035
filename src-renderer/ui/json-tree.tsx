import { classes } from './classes.ts';
import styles from './json-tree.module.css';

/** Deeper values are printed, larger collections are cut: a tool's answer must not freeze the page. */
const DEEPEST = 12;
const MOST_ENTRIES = 200;

/** JSON to look through: every object and list opens and closes. */
export function JsonTree({ value, label }: { value: unknown; label: string }) {
  return (
    <div className={styles['tree']} dir="ltr" role="group" aria-label={label}>
      <Branch value={value} depth={0} />
    </div>
  );
}

function Branch({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const key = name === undefined ? null : <span className={styles['key']}>{name}: </span>;
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) {
    return (
      <div className={styles['leaf']}>
        {key}
        <span className={classes(styles['value'], styles[typeof value])}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries: Array<[string, unknown]> = Object.entries(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < 2}>
      <summary>
        {key}
        <span className={styles['count']}>{brackets}</span>
      </summary>
      <div className={styles['inside']}>
        {entries.slice(0, MOST_ENTRIES).map(([childName, child]) => (
          <Branch key={childName} name={childName} value={child} depth={depth + 1} />
        ))}
        {entries.length > MOST_ENTRIES && (
          <div className={styles['count']}>{`… +${entries.length - MOST_ENTRIES}`}</div>
        )}
      </div>
    </details>
  );
}
