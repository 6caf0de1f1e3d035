/** Notifications of the system, for what needs a decision. */
import { Notification } from 'electron';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { chooseNotifications } from './notifications-rules.ts';
import { MAX_NOTIFIED, type SystemSettingsStore } from './system-settings.ts';
import type { SystemTexts } from './system-texts.ts';
import type { FactsSource } from './tray-facts.ts';
import { attentionText, routeOf } from './tray-rules.ts';

export interface NotificationDeps {
  facts: FactsSource;
  texts: SystemTexts;
  settings: SystemSettingsStore;
  /** Whether somebody looks at a window of ours: what is on the screen need not be said beside it. */
  isWatched: () => boolean;
  openRoute: (route: string) => void;
}

/** Notifications that are on the screen; kept, or their clicks would be collected with them. */
const MAX_SHOWN = 8;

export const canNotify = (): boolean => Notification.isSupported();

export function createNotifications(deps: NotificationDeps): Closeable {
  const { facts, texts, settings, isWatched, openRoute } = deps;
  const shown: Notification[] = [];

  function show(title: string, body: string, route: string): void {
    const notification = new Notification({ title, body });
    notification.on('click', () => openRoute(route));
    notification.show();
    shown.push(notification);
    if (shown.length > MAX_SHOWN) shown.shift()?.close();
  }

  const release = facts.subscribe(({ host, attention }) => {
    if (host.state !== 'running') return;
    const { notified, notifications } = settings.get();
    const { said, fresh } = chooseNotifications(notified, attention, MAX_NOTIFIED);
    if (said.length !== notified.length || fresh.length > 0) settings.change({ notified: said });
    if (!notifications || isWatched() || !canNotify()) return;
    for (const item of fresh)
      show(
        texts.t(`desktop:notification.${item.level === 'mend' ? 'mend' : 'decide'}`),
        attentionText(item, texts.t),
        routeOf(item),
      );
  });

  return {
    close() {
      release();
      for (const notification of shown.splice(0)) notification.close();
    },
  };
}
