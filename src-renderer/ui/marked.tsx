/** A text in which the words that were looked for are marked. */
import { Fragment } from 'react';
import { markedParts } from './marked-parts.ts';
import styles from './marked.module.css';

export interface MarkedProps {
  text: string;
  /** Beginnings of words, in small letters without accents. */
  marks: readonly string[];
}

export const Marked = ({ text, marks }: MarkedProps) =>
  marks.length === 0
    ? text
    : markedParts(text, marks).map(({ at, isMarked, part }) =>
        isMarked ? (
          <mark key={at} className={styles['mark']}>
            {part}
          </mark>
        ) : (
          <Fragment key={at}>{part}</Fragment>
        ),
      );
