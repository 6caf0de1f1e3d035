import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

export type Picture = 'servers' | 'tools' | 'peers' | 'calls' | 'search' | 'fault';

/** Where there is nothing yet: a picture, a sentence, one thing to do. */
export function EmptyState({
  picture,
  title,
  children,
  action,
}: {
  picture: Picture;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles['empty']}>
      <svg aria-hidden="true" viewBox="0 0 120 80" className={styles['picture']}>
        {pictures[picture]}
      </svg>
      <p className={styles['title']}>{title}</p>
      {children && <div className={styles['words']}>{children}</div>}
      {action}
    </div>
  );
}

/** Honeycomb cells: an empty one is dashed, the one to be filled is honey. */
const cell = (x: number, y: number, kind: string | undefined) => (
  <path key={`${x} ${y}`} className={kind} d={`M${x} ${y - 16}l13.9 8v16l-13.9 8l-13.9-8v-16z`} />
);
const { filled, dashed, line, dot } = styles;

const pictures: Record<Picture, ReactNode> = {
  servers: [
    cell(60, 32, filled),
    cell(32, 48, dashed),
    cell(88, 48, dashed),
    <path key="a" className={line} d="M54 29h12M54 35h12" />,
  ],
  tools: [
    cell(32, 32, dashed),
    cell(60, 48, filled),
    cell(88, 32, dashed),
    <path key="a" className={line} d="M60 42v12M54 48h12" />,
  ],
  peers: [
    <path key="l" className={line} d="M60 40 26 24M60 40l36-14M60 40l30 22M60 40 30 60" />,
    cell(60, 40, filled),
    ...[
      [26, 24],
      [96, 26],
      [90, 62],
      [30, 60],
    ].map(([x, y]) => <circle key={`${x}`} className={dot} cx={x} cy={y} r="6" />),
  ],
  calls: [<path key="l" className={line} d="M10 40h24l8-18 14 36 12-26 6 8h36" />, cell(96, 40, dashed)],
  search: [
    cell(44, 40, dashed),
    cell(72, 40, dashed),
    <circle key="c" className={line} cx="66" cy="36" r="20" />,
    <path key="l" className={line} d="m81 51 16 16" />,
  ],
  fault: [cell(60, 40, dashed), <path key="l" className={line} d="M60 32v10M60 47v1" />],
};
