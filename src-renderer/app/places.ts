/** Where one can go, in the order and groups in which the navigation shows it. */
import {
  Activity,
  Bot,
  ChartColumn,
  House,
  KeyRound,
  type LucideIcon,
  Package,
  Server,
  Settings,
  Share2,
  Wrench,
} from 'lucide-react';

export const places = [
  { path: '/', key: 'home', icon: House, keys: 'g h' },
  { path: '/catalog', key: 'catalog', icon: Wrench, keys: 'g c', group: 'use' },
  { path: '/servers', key: 'servers', icon: Server, keys: 'g s', group: 'use' },
  { path: '/packages', key: 'packages', icon: Package, keys: 'g k', group: 'use' },
  { path: '/clients', key: 'clients', icon: Bot, keys: 'g i', group: 'use' },
  { path: '/network', key: 'network', icon: Share2, keys: 'g n' },
  { path: '/access', key: 'access', icon: KeyRound, keys: 'g p' },
  { path: '/activity', key: 'activity', icon: Activity, keys: 'g a', group: 'records' },
  { path: '/usage', key: 'usage', icon: ChartColumn, keys: 'g u', group: 'records' },
  { path: '/settings', key: 'settings', icon: Settings, keys: 'g ,' },
] as const satisfies readonly PlaceShape[];

interface PlaceShape {
  path: string;
  key: string;
  icon: LucideIcon;
  /** Keys that lead there (platform/shortcuts.ts). */
  keys: string;
  /** The heading under which it stands. */
  group?: 'use' | 'records';
}

export type Place = (typeof places)[number];
export type PlaceKey = Place['key'];

/** Pages that one reaches from another page. */
const asides = [
  { path: '/discover', key: 'discover' },
  { path: '/welcome', key: 'welcome' },
] as const;

/** The place that an address belongs to. */
export const placeOf = (path: string): PlaceKey | (typeof asides)[number]['key'] =>
  [...places, ...asides].find((place) => place.path !== '/' && path.startsWith(place.path))?.key ?? 'home';

export interface PlaceGroup {
  group: 'use' | 'records' | undefined;
  places: Place[];
}

/** Neighbours of one group together; a place without a group stands alone. */
export function grouped(all: readonly Place[] = places): PlaceGroup[] {
  const groups: PlaceGroup[] = [];
  for (const place of all) {
    const group = 'group' in place ? place.group : undefined;
    const last = groups.at(-1);
    if (last && group !== undefined && last.group === group) last.places.push(place);
    else groups.push({ group, places: [place] });
  }
  return groups;
}
