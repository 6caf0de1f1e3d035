/**
 * Short messages about what just happened. Warnings, and what can be taken back, stay until a person closes them; the rest
 * as long as it takes to read, counted only while somebody can: not while pointed at, focused, hidden, or behind a dialog.
 */
import { CircleCheck, OctagonAlert, Undo2, X } from 'lucide-react';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { useNodeLink } from '../platform/node-link.ts';
import { storeContext } from '../platform/store-context.ts';
import { Button, IconButton } from './button.tsx';
import { classes } from './classes.ts';
import styles from './toasts.module.css';

/** Something to do about what was said: taking it back, as a rule. */
export interface ToastAction {
  label: string;
  run(): void;
}

export interface Toast {
  id: number;
  tone: 'said' | 'warned';
  text: string;
  action?: ToastAction;
}

export interface ToastState {
  items: readonly Toast[];
  add(tone: Toast['tone'], text: string, action?: ToastAction): void;
  remove(id: number): void;
}

/** More than this at once nobody reads; the oldest goes. */
const MOST_TOASTS = 4;
/** WCAG asks for time to read: at least this, and more for longer words. */
const SHOWN_MS = 8000;
/** Slow readers manage a letter in this time. */
const LETTER_MS = 90;
/** How often it is looked whether somebody can read now. */
const LOOK_MS = 500;

export const readingMs = (text: string): number => Math.max(SHOWN_MS, text.length * LETTER_MS);

export function createToasts(): StoreApi<ToastState> {
  let lastId = 0;
  return createStore<ToastState>((set) => ({
    items: [],
    add: (tone, text, action) =>
      set(({ items }) => ({
        items: [
          ...items.filter((toast) => toast.text !== text),
          { id: ++lastId, tone, text, ...(action ? { action } : {}) },
        ].slice(-MOST_TOASTS),
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
      say: (text: string, action?: ToastAction) => store.getState().add('said', text, action),
      warn: (text: string, action?: ToastAction) => store.getState().add('warned', text, action),
    }),
    [store],
  );
}

export function ToastRegion() {
  const { t } = useTranslation('common');
  const items = context.useSlice((state) => state.items);
  const of = (tone: Toast['tone']) => items.filter((toast) => toast.tone === tone);
  return (
    <section className={styles['region']} aria-label={t('messages')} data-region>
      <div role="alert">{of('warned').map(render)}</div>
      <div role="status">{of('said').map(render)}</div>
    </section>
  );
}

const render = (toast: Toast) => <ToastCard key={toast.id} toast={toast} />;

/** Whether a person can read what stands at the window’s edge. */
const canBeRead = (): boolean =>
  document.visibilityState === 'visible' && !document.querySelector('[role="dialog"], [role="alertdialog"]');

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation('common');
  const { clock } = useNodeLink();
  const remove = context.useSlice((state) => state.remove);
  const [held, setHeld] = useState(false);
  const stays = toast.tone === 'warned' || toast.action !== undefined;
  const leave = useEffectEvent(() => remove(toast.id));
  useEffect(() => {
    if (held || stays) return;
    let leftMs = readingMs(toast.text);
    const timer = clock.every(LOOK_MS, () => {
      if (canBeRead()) leftMs -= LOOK_MS;
      if (leftMs <= 0) leave();
    });
    return () => timer.cancel();
  }, [held, stays, toast, clock]);

  const Icon = toast.tone === 'warned' ? OctagonAlert : CircleCheck;
  const act = () => {
    remove(toast.id);
    toast.action?.run();
  };
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
      {toast.action && (
        <Button size="small" icon={Undo2} onPress={act}>
          {toast.action.label}
        </Button>
      )}
      <IconButton icon={X} label={t('dismiss')} onPress={() => remove(toast.id)} />
    </div>
  );
}
