import { Radio, Square } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { doubts } from '#shared/features/registry/network-search.ts';
import { Button } from '../../../ui/button.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import styles from './ask-network.module.css';
import type { Asking } from './use-network-search.ts';

export interface AskLineProps {
  words: string;
  onWords(words: string): void;
  asking: Asking | undefined;
  onStop(): void;
}

/** The words, and the button that shows them to peers. Stands in a form that asks when it is submitted. */
export function AskLine({ words, onWords, asking, onStop }: AskLineProps) {
  const { t } = useTranslation('catalog');
  const isAsking = asking !== undefined && !asking.done;
  const line = useFocusKept(isAsking);
  return (
    <>
      <div className={styles['line']} ref={line}>
        <div className={styles['field']}>
          <SearchField label={t('ask.words')} value={words} onChange={onWords} />
        </div>
        {isAsking ? (
          <Button icon={Square} onPress={onStop}>
            {t('ask.stop')}
          </Button>
        ) : (
          <Button look="primary" type="submit" icon={Radio} isDisabled={words.trim() === ''}>
            {asking ? t('ask.again') : t('ask.start')}
          </Button>
        )}
      </div>
      {!asking && <Note>{t('ask.shown')}</Note>}
    </>
  );
}

/** The button that stops goes once there is nothing to stop: the focus moves on to the one in its place. */
function useFocusKept(isAsking: boolean) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAsking || document.activeElement !== document.body) return;
    line.current?.querySelector<HTMLElement>('button[type=submit]')?.focus();
  }, [isAsking]);
  return line;
}

/** How many were asked and have answered, what came of it, and what is not shown and why. */
export function AskProgress({ asking }: { asking: Asking }) {
  const { t } = useTranslation('catalog');
  const { answered, asked, done, items } = asking;
  const words = asked === 0 && !done ? t('ask.beginning') : t('ask.progress', { count: asked, answered });
  return (
    <div className={styles['progress']}>
      {!done && (
        <ProgressBar
          label={t('ask.title')}
          valueText={words}
          {...(asked > 0 ? { value: (100 * answered) / asked } : {})}
        />
      )}
      <p role="status">
        {words}. {(items.length > 0 || done) && <>{t('ask.found', { count: items.length })}.</>}
      </p>
      <Unanswered asking={asking} />
      <Refused asking={asking} />
    </div>
  );
}

/** Peers that gave no answer, by what they said; who is still thinking is not counted. */
function Unanswered({ asking: { answered, asked, busy, done, off, stopped } }: { asking: Asking }) {
  const { t } = useTranslation('catalog');
  const silent = done && !stopped ? asked - answered - off - busy : 0;
  if (off + busy + silent <= 0) return null;
  return (
    <Note>
      {off > 0 && <p>{t('ask.off', { count: off })}</p>}
      {busy > 0 && <p>{t('ask.busy', { count: busy })}</p>}
      {silent > 0 && <p>{t('ask.silent', { count: silent })}</p>}
    </Note>
  );
}

function Refused({ asking: { reasons, refused } }: { asking: Asking }) {
  const { t } = useTranslation('catalog');
  if (refused === 0) return null;
  return (
    <Note tone="warn">
      <p>{t('ask.refused', { count: refused })}</p>
      <ul className={styles['doubts']}>
        {doubts.map((doubt) => {
          const count = reasons[doubt] ?? 0;
          return count > 0 && <li key={doubt}>{t(`ask.doubt.${doubt}`, { count })}</li>;
        })}
      </ul>
    </Note>
  );
}
