import { useRem } from './use-rem.ts';
import { useSyncExternalStore } from 'react';

/** Whether the window is narrower than so many rem: larger text narrows it as a smaller window does. */
export function useNarrow(rems: number): boolean {
  const rem = useRem();
  const width = useSyncExternalStore(watchWidth, readWidth);
  return width < rems * rem;
}

const readWidth = (): number => document.documentElement.clientWidth;

function watchWidth(changed: () => void): () => void {
  addEventListener('resize', changed);
  return () => removeEventListener('resize', changed);
}
