/** The views of all profiles in use, and the news that one of them changed. */
import type { CatalogMode } from '#shared/features/clients/budget.ts';
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
  /** The same without keeping it: for whoever only looks. */
  peek(profile: string): CatalogView;
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
  /** How catalogs were listed last, and what that was decided from; bounded as views are. */
  const modes = new Map<string, { mode: CatalogMode; terms: string }>();
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

  function require(name: string): Profile {
    const profile = deps.profile(name);
    if (!profile) throw unknownProfile(name);
    return profile;
  }

  function build(profile: Profile): CatalogView {
    const { catalog } = deps;
    const { find, waiting } = catalog;
    const source = {
      tools: catalog.tools(profile.name),
      servers: catalog.servers(profile.name),
      find,
      ...(waiting ? { waiting } : {}),
    };
    const last = modes.get(profile.name);
    return createView(profile, source, options, last?.terms === termsOf(profile) ? last.mode : undefined);
  }

  function get(name: string): CatalogView {
    const profile = require(name);
    const known = views.get(name);
    if (known && sameProfile(known.profile, profile)) return known.view;
    const view = build(profile);
    keep(views, name, { view, profile });
    keep(modes, name, { mode: view.listing.mode, terms: termsOf(profile) });
    return view;
  }

  const unsubscribe = deps.catalog.on('changed', onChanged);
  return {
    get,
    peek(name) {
      const profile = require(name);
      const known = views.get(name);
      return known && sameProfile(known.profile, profile) ? known.view : build(profile);
    },
    on: events.on,
    close() {
      unsubscribe();
      timer?.cancel();
    },
  };
}

function keep<Value>(map: Map<string, Value>, name: string, value: Value): void {
  if (!map.has(name) && map.size >= MAX_VIEWS) map.delete(map.keys().next().value as string);
  map.set(name, value);
}

/** Under other terms it is decided afresh. */
const termsOf = ({ budget, catalog }: Profile): string => `${catalog ?? 'auto'} ${budget ?? 'default'}`;

const sameProfile = (a: Profile, b: Profile): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

const unknownProfile = (name: string): AppError =>
  new AppError('endpoint.unknown_profile', `There is no profile ${name.slice(0, 64)}.`, {
    advice: 'See the profiles with `toolswarm profiles list`, or use the address without a profile.',
  });
