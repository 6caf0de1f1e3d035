/** The views of all profiles in use, and the news that one of them changed. */
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { CatalogEvents, CatalogSource, Profile } from '../ports.ts';
import { type CatalogView, createView, type ListKind, type ViewOptions } from './view.ts';

/** Profiles whose views are kept at a time. */
const MAX_VIEWS = 64;

export interface ViewEvents {
  /** Lists of a profile that say something else than before. */
  changed: { profile: string; tools: boolean; prompts: boolean; resources: boolean };
}

export interface Views extends EventSource<ViewEvents> {
  /** Throws `AppError` `endpoint.unknown_profile`. */
  get(profile: string): CatalogView;
  close(): void;
}

export interface ViewsDeps {
  catalog: CatalogSource;
  profile(name: string): Profile | undefined;
  clock: Clock;
}

export function createViews(deps: ViewsDeps, options: ViewOptions & { debounceMs: number }): Views {
  const events = createEmitter<ViewEvents>();
  const views = new Map<string, { view: CatalogView; profile: Profile }>();
  /** The views that clients were last told of. */
  const told = new Map<string, CatalogView>();
  let pending: CatalogEvents['changed'] | undefined;
  let timer: Timer | undefined;

  /** Rebuilds the views at once, so that whoever lists next sees the new state, and tells of it a little later. */
  function onChanged(event: CatalogEvents['changed']): void {
    pending = {
      tools: event.tools || (pending?.tools ?? false),
      prompts: event.prompts || (pending?.prompts ?? false),
      resources: event.resources || (pending?.resources ?? false),
    };
    for (const [name, { view }] of views) if (!told.has(name)) told.set(name, view);
    views.clear();
    timer ??= deps.clock.after(options.debounceMs, tell);
  }

  function tell(): void {
    const flags = pending;
    const before = [...told];
    timer = undefined;
    pending = undefined;
    told.clear();
    if (!flags) return;
    for (const [profile, old] of before) {
      const changed = differences(old, flags, profile);
      if (changed.tools || changed.prompts || changed.resources)
        events.emit('changed', { profile, ...changed });
    }
  }

  function differences(
    old: CatalogView,
    flags: CatalogEvents['changed'],
    profile: string,
  ): CatalogEvents['changed'] {
    if (!deps.profile(profile)) return { tools: false, prompts: false, resources: false };
    const now = get(profile);
    const differs = (kind: ListKind): boolean => !old.list(kind, 'legacy').equals(now.list(kind, 'legacy'));
    return {
      tools: flags.tools && differs('tools'),
      prompts: flags.prompts && differs('prompts'),
      resources: flags.resources && (differs('resources') || differs('resourceTemplates')),
    };
  }

  function get(name: string): CatalogView {
    const profile = deps.profile(name);
    if (!profile) throw unknownProfile(name);
    const known = views.get(name);
    if (known && sameProfile(known.profile, profile)) return known.view;
    const source = { tools: deps.catalog.tools(), servers: deps.catalog.servers() };
    const view = createView(profile, source, options);
    if (views.size >= MAX_VIEWS) views.delete(views.keys().next().value as string);
    views.set(name, { view, profile });
    return view;
  }

  const unsubscribe = deps.catalog.on('changed', onChanged);
  return {
    get,
    on: events.on,
    close() {
      unsubscribe();
      timer?.cancel();
    },
  };
}

const sameProfile = (a: Profile, b: Profile): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

const unknownProfile = (name: string): AppError =>
  new AppError('endpoint.unknown_profile', `There is no profile ${name.slice(0, 64)}.`, {
    advice: 'See the profiles with `toolswarm profiles list`, or use the address without a profile.',
  });
