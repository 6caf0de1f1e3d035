/** Updates: off until a person names a feed and the key that must have signed it. Installing is a person's decision. */
import type { UpdatesView } from '#shared/features/desktop/system.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import type { SystemSettingsStore } from './system-settings.ts';
import { createSystemValue, type SystemValue } from './system-value.ts';
import { checkFeed, type Feed } from './updater-feed.ts';

/** What finds, downloads and installs a release on this system. */
export interface UpdateEngine {
  /** Why something else updates this installation; undefined where we do. */
  readonly unsupported: boolean;
  /** The version that is newer than this one, verified; undefined where there is none. */
  find(feed: Feed, signal: AbortSignal): Promise<string | undefined>;
  /** Downloads what `find` found and checks it against the signed manifest. */
  download(): Promise<void>;
  /** Ends the application and installs. */
  install(): void;
}

export interface UpdaterDeps {
  engine: UpdateEngine;
  settings: SystemSettingsStore;
  clock: Clock;
  log: Log;
}

export interface Updater extends Closeable {
  view(): UpdatesView;
  subscribe(listener: () => void): () => void;
  /** Throws `desktop.bad_feed`, `desktop.bad_key`; without a feed updates are off. */
  configure(feed: Partial<Feed>): void;
  /** Throws what went wrong, after it is in the view. */
  check(): Promise<void>;
  /** Throws `desktop.no_update`. */
  install(): void;
}

const CHECK_EVERY_MS = 6 * 3_600_000;
/** The start belongs to the person. */
const FIRST_CHECK_MS = 60_000;

export function createUpdater({ engine, settings, clock, log }: UpdaterDeps): Updater {
  const state = createSystemValue<UpdatesView>(initialView());
  let ending = new AbortController();
  let timers: Timer[] = [];
  let checking: Promise<void> | undefined;

  function initialView(): UpdatesView {
    const { feed, publicKey } = settings.get().updates;
    if (engine.unsupported) return { state: 'unsupported' };
    return feed && publicKey ? { state: 'idle', feed, publicKey } : { state: 'off' };
  }

  function plan(): void {
    for (const timer of timers) timer.cancel();
    timers = [];
    if (state.get().state === 'off' || state.get().state === 'unsupported') return;
    const checkQuietly = () =>
      void check().catch((error: unknown) => log.warn({ err: error }, 'no update was found'));
    timers = [clock.after(FIRST_CHECK_MS, checkQuietly), clock.every(CHECK_EVERY_MS, checkQuietly)];
  }

  function check(): Promise<void> {
    checking ??= checkNow().finally(() => (checking = undefined));
    return checking;
  }

  async function checkNow(): Promise<void> {
    const { feed, publicKey, state: before } = state.get();
    if (!feed || !publicKey) throw isOff();
    if (before === 'ready') return;
    const { signal } = ending;
    const show = (part: Partial<UpdatesView>) => signal.aborted || change(state, part);
    show({ state: 'checking', fault: undefined });
    try {
      const version = await engine.find({ url: feed, publicKey }, signal);
      show({ checkedAt: clock.now() });
      if (version === undefined) return void show({ state: 'idle' });
      show({ state: 'downloading', version });
      await engine.download();
      show({ state: 'ready' });
    } catch (error) {
      if (signal.aborted) return;
      show({ state: 'failed', version: undefined, fault: toErrorShape(error) });
      throw error;
    }
  }

  plan();
  return {
    view: state.get,
    subscribe: state.subscribe,
    check,
    configure({ url, publicKey }) {
      if (engine.unsupported) throw isUnsupported();
      const updates = url ? checkFeed({ url, publicKey: publicKey ?? '' }) : undefined;
      settings.change({ updates: updates ? { feed: updates.url, publicKey: updates.publicKey } : {} });
      // What an earlier feed is still answering is nobody's business any more.
      ending.abort();
      ending = new AbortController();
      checking = undefined;
      state.set(initialView());
      plan();
    },
    install() {
      if (state.get().state !== 'ready') throw noUpdate();
      engine.install();
    },
    close() {
      ending.abort();
      for (const timer of timers) timer.cancel();
    },
  };
}

const change = (state: SystemValue<UpdatesView>, part: Partial<UpdatesView>): void =>
  state.set({ ...state.get(), ...part });

const isOff = (): AppError =>
  new AppError('desktop.updates_off', 'Updates are off.', {
    advice: 'Name a feed and its key in the settings.',
  });

const isUnsupported = (): AppError =>
  new AppError('desktop.updates_unsupported', 'This installation is not updated by the application itself.', {
    advice: 'Update it the way it was installed.',
  });

const noUpdate = (): AppError =>
  new AppError('desktop.no_update', 'No update is ready.', { advice: 'Look for updates first.' });
