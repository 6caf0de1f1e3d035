import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';
import styles from './split.module.css';

export interface SplitProps {
  list: ReactNode;
  /** What was opened from the list; absent: the list has all the room. */
  detail?: { id: string; title: ReactNode; content: ReactNode } | undefined;
  onClose(): void;
}

/** A list and, beside it, what was opened; in a narrow window the opened part takes the list's place. */
export function Split({ list, detail, onClose }: SplitProps) {
  const { t } = useTranslation('common');
  const heading = useRef<HTMLHeadingElement>(null);
  const detailId = detail?.id;
  useEffect(() => {
    if (detailId !== undefined) heading.current?.focus({ preventScroll: true });
  }, [detailId]);
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
  };
  return (
    <div className={classes(styles['split'], detail && styles['opened'])}>
      <div className={styles['list']}>{list}</div>
      {detail && (
        <section className={styles['detail']} aria-labelledby="split-title" onKeyDown={closeOnEscape}>
          <header className={styles['head']}>
            <h2 id="split-title" ref={heading} tabIndex={-1} className={styles['title']}>
              {detail.title}
            </h2>
            <IconButton icon={X} label={t('close')} onPress={onClose} />
          </header>
          <div className={styles['content']}>{detail.content}</div>
        </section>
      )}
    </div>
  );
}
