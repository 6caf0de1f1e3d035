import { X } from 'lucide-react';
import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
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
  const panel = useRef<HTMLElement>(null);
  // A listener of the element itself: what is opened above the page lies elsewhere in the document and closes first.
  const closeOnEscape = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
  });
  useEffect(() => {
    const element = panel.current;
    const listen = (event: KeyboardEvent) => closeOnEscape(event);
    element?.addEventListener('keydown', listen);
    return () => element?.removeEventListener('keydown', listen);
  }, [detailId]);
  return (
    <div className={classes(styles['split'], detail && styles['opened'])}>
      <div className={styles['list']}>{list}</div>
      {detail && (
        <section className={styles['detail']} aria-labelledby="split-title" ref={panel}>
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
