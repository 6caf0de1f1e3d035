import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { logLineSchema } from '#shared/features/servers/contract.ts';
import { type Fault, faultOf } from '../../../platform/faults.ts';
import { follow } from '../../../platform/follow.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { classes } from '../../../ui/classes.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from './log-view.module.css';

type LogLine = z.output<typeof logLineSchema>;

/** Lines kept on the page; the node's ring holds the rest. */
const MOST_LINES = 500;

/** The newest lines, and each new one as it comes; the view stays at the end unless the person scrolled up. */
export function LogView({ name }: { name: string }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  const { lines, fault } = useLog(name);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);

  if (fault) return <FaultNote fault={fault} />;
  if (!lines) return <Loading label={t('logs.reading')} />;
  if (lines.length === 0) return <EmptyState picture="calls" title={t('logs.empty')} />;
  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={t('logs.label', { name })}
      tabIndex={0}
      dir="ltr"
      className={styles['log']}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {lines.map((line, index) => (
        <div key={index} className={classes(styles['line'], line.stream === 'event' && styles['event'])}>
          <time dateTime={new Date(line.at).toISOString()}>{format.time(line.at)}</time>
          <span dir="auto">{line.text}</span>
        </div>
      ))}
    </div>
  );
}

function useLog(name: string): { lines: LogLine[] | undefined; fault: Fault | undefined } {
  const link = useNodeLink();
  const [lines, setLines] = useState<LogLine[]>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    const add = (more: LogLine[]) => setLines((now) => [...(now ?? []), ...more].slice(-MOST_LINES));
    let open = true;
    link.node['servers.logs']({ name, limit: MOST_LINES }).then(
      ({ items }) => open && add(items),
      (error: unknown) => open && setFault(faultOf(error)),
    );
    const stream = follow(link, {
      open: (node, options) => node['servers.followLogs']({ name }, options),
      onItem: (line) => add([line]),
    });
    return () => {
      open = false;
      void stream.close();
    };
  }, [link, name]);
  return { lines, fault };
}
