/** Short messages about what just happened. Warnings stay until they are read away; the rest long enough to be read. */
import { CircleCheck, OctagonAlert, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { useNodeLink } from '../platform/node-link.ts';
import { storeContext } from '../platform/store-context.ts';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';
import styles from './toasts.module.css';

export interface Toast {
  id: number;
  tone: 'said' | 'warned';
  text: string;
}

export interface ToastState {
  items: readonly Toast[];
  add(tone: Toast['tone'], text: string): void;
  remove(id: number): void;
}

/** More than this at once nobody reads; the oldest goes. */
const MOST_TOASTS = 4;
/** WCAG asks for time to read: at least this, and paused while pointed at or focused. */
const SHOWN_MS = 8000;

export function createToasts(): StoreApi<ToastState> {
  let lastId = 0;
  return createStore<ToastState>((set) => ({
    items: [],
    add: (tone, text) =>
      set(({ items }) => ({
        items: [...items.filter((toast) => toast.text !== text), { id: ++lastId, tone, text }].slice(
          -MOST_TOASTS,
        ),
      })),
    remove: (id) => set(({ items }) => ({ items: items.filter((toast) => toast.id !== id) })),
  }));
}

const context = storeContext<ToastState>('toasts');
export const ToastProvider = context.Provider;

export function useToasts() {
  const store = context.useApi();
  return useMemo(
    () => ({
      say: (text: string) => store.getState().add('said', text),
      warn: (text: string) => store.getState().add('warned', text),
    }),
    [store],
  );
}

export function ToastRegion() {
  const { t } = useTranslation('common');
  const items = context.useSlice((state) => state.items);
  const of = (tone: Toast['tone']) => items.filter((toast) => toast.tone === tone);
  return (
    <section className={styles['region']} aria-label={t('messages')}>
      <div role="alert">{of('warned').map(render)}</div>
      <div role="status">{of('said').map(render)}</div>
    </section>
  );
}

const render = (toast: Toast) => <ToastCard key={toast.id} toast={toast} />;

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation('common');
  const { clock } = useNodeLink();
  const remove = context.useSlice((state) => state.remove);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || toast.tone === 'warned') return;
    const timer = clock.after(SHOWN_MS, () => remove(toast.id));
    return () => timer.cancel();
  }, [held, toast, clock, remove]);

  const Icon = toast.tone === 'warned' ? OctagonAlert : CircleCheck;
  return (
    <div
      className={classes(styles['toast'], styles[toast.tone])}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon aria-hidden size="1.125rem" />
      <p>{toast.text}</p>
      <IconButton icon={X} label={t('dismiss')} onPress={() => remove(toast.id)} />
    </div>
  );
}
