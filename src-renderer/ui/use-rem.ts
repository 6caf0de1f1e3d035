import { useSyncExternalStore } from 'react';

/** Pixels in one rem now: what is laid out in pixels by script grows with the text, too. */
export function useRem(): number {
  return useSyncExternalStore(watchRoot, readRem);
}

const readRem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

function watchRoot(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true });
  addEventListener('resize', changed);
  return () => {
    observer.disconnect();
    removeEventListener('resize', changed);
  };
}
