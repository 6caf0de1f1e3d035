import { ArrowDownToLine, Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { Button } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { CopyButton } from '../../../ui/copy.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { type LogLine, useLog } from './use-log.ts';
import styles from './log-view.module.css';

/** The newest lines, and each new one as it comes, until the person pauses it or scrolls up. */
export function LogView({ name }: { name: string }) {
  const { t } = useTranslation('servers');
  const { fault, lines, missed, paused, setPaused } = useLog(name);
  const [filter, setFilter] = useState('');
  const words = filter.trim().toLowerCase();
  const shown = (lines ?? []).filter(({ text }) => text.toLowerCase().includes(words));

  if (fault) return <FaultNote fault={fault} />;
  if (!lines) return <Loading label={t('logs.reading')} />;
  if (lines.length === 0) return <EmptyState picture="calls" title={t('logs.empty')} />;
  return (
    <Stack>
      <div className={styles['tools']}>
        <SearchField label={t('logs.filter')} value={filter} onChange={setFilter} />
        <Inline>
          <Button size="small" icon={paused ? Play : Pause} onPress={() => setPaused(!paused)}>
            {paused ? t('logs.go', { count: missed }) : t('logs.pause')}
          </Button>
          <CopyButton text={shown.map(asText).join('\n')} label={t('logs.what')} />
        </Inline>
      </div>
      {shown.length === 0 ? (
        <p>{t('logs.noMatch')}</p>
      ) : (
        <Lines label={t('logs.label', { name })} lines={shown} />
      )}
    </Stack>
  );
}

function Lines({ label, lines }: { label: string; lines: readonly LogLine[] }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useEffect(() => {
    if (atEnd) toEnd();
  }, [lines, atEnd]);
  return (
    <div className={styles['frame']}>
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        dir="ltr"
        className={styles['log']}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < 24)
        }
      >
        {lines.map((line, index) => (
          <div key={index} className={classes(styles['line'], line.stream === 'event' && styles['event'])}>
            <time dateTime={new Date(line.at).toISOString()}>{format.time(line.at)}</time>
            <span dir="auto">{line.text}</span>
          </div>
        ))}
      </div>
      {!atEnd && (
        <div className={styles['toEnd']}>
          <Button size="small" icon={ArrowDownToLine} onPress={toEnd}>
            {t('logs.toEnd')}
          </Button>
        </div>
      )}
    </div>
  );
}

const asText = ({ at, stream, text }: LogLine): string => `${new Date(at).toISOString()} ${stream} ${text}`;
