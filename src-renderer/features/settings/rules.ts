/** Which settings there are words for, where each stands, and the units in which people think of them. */
import type { z } from 'zod';
import type { settingViewSchema } from '#shared/features/settings/contract.ts';

export type Setting = z.output<typeof settingViewSchema>;

export const groups = [
  'appearance',
  'network',
  'packages',
  'start',
  'clients',
  'privacy',
  'operators',
  'data',
  'about',
] as const;
export type Group = (typeof groups)[number];

/** Every setting of a node with its place. A test proves that none is missing. */
export const settingGroups = {
  'p2p.public': 'network',
  'p2p.mdns': 'network',
  'p2p.maxConnections': 'network',
  'sharing.pauseOnMetered': 'network',
  'sharing.pauseOnBattery': 'network',
  'search.answer': 'network',
  'access.takeRequests': 'network',
  'endpoint.approveInClient': 'clients',
  'endpoint.approvalWaitMs': 'clients',
  'fleet.sharePolicy': 'network',
  'governance.automatic': 'network',
  'p2p.relay.use': 'network',
  'p2p.webrtc': 'network',
  'p2p.portMapping': 'network',
  'p2p.relay.serve': 'network',
  'p2p.dhtServer': 'network',
  'p2p.privateAddresses': 'network',
  'p2p.listen': 'network',
  'p2p.bootstrap': 'network',
  'discovery.registry': 'network',
  'packages.maxDownloadKib': 'packages',
  'packages.maxUploadKib': 'packages',
  'packages.seed': 'packages',
  'packages.seedRatio': 'packages',
  'packages.seedHours': 'packages',
  'packages.keepVersions': 'packages',
  'dashboard.port': 'start',
  'log.level': 'start',
  'endpoint.port': 'clients',
  'endpoint.publicUrl': 'clients',
  'endpoint.oauth.issuer': 'clients',
  'endpoint.oauth.scopes': 'clients',
  'endpoint.oauth.profile': 'clients',
  'endpoint.oauth.profileClaim': 'clients',
  'relay.idleTimeoutMs': 'clients',
  'relay.maxResultBytes': 'clients',
  'relay.cache': 'clients',
  'relay.maxRunning': 'network',
  'relay.maxWaiting': 'network',
  'servers.clientDocument': 'clients',
  'metrics.expose': 'privacy',
  'metrics.traces': 'privacy',
  'discovery.serve': 'privacy',
  'relay.seal': 'privacy',
  'relay.tellClient': 'privacy',
  'relay.keepPayloads': 'privacy',
  'relay.retentionDays': 'privacy',
  'metrics.usageDays': 'privacy',
} as const satisfies Record<string, Group>;
export type SettingKey = keyof typeof settingGroups;

export const isKnownKey = (key: string): key is SettingKey => Object.hasOwn(settingGroups, key);

/** A newer node may have more than this page knows: they stand with what belongs to the start. */
export const groupOf = (key: string): Group => (isKnownKey(key) ? settingGroups[key] : 'start');

/** What people look for most stands first; what this page does not know stands last. */
export function inOrder(settings: readonly Setting[]): Setting[] {
  const places = new Map(Object.keys(settingGroups).map((key, place) => [key, place]));
  const placeOf = ({ key }: Setting) => places.get(key) ?? places.size;
  return [...settings].sort((a, b) => placeOf(a) - placeOf(b));
}

/** A setting that is counted in something else than people count in. */
export interface Unit {
  name: 'seconds' | 'hours' | 'days' | 'mebibytes' | 'kibibytesPerSecond' | 'timesSize';
  /** How many of the node's make one of these. */
  factor: number;
}

const units: Partial<Record<SettingKey, Unit>> = {
  'relay.idleTimeoutMs': { name: 'seconds', factor: 1000 },
  'endpoint.approvalWaitMs': { name: 'seconds', factor: 1000 },
  'relay.maxResultBytes': { name: 'mebibytes', factor: 1 << 20 },
  'relay.retentionDays': { name: 'days', factor: 1 },
  'metrics.usageDays': { name: 'days', factor: 1 },
  'packages.maxDownloadKib': { name: 'kibibytesPerSecond', factor: 1 },
  'packages.maxUploadKib': { name: 'kibibytesPerSecond', factor: 1 },
  'packages.seedRatio': { name: 'timesSize', factor: 1 },
  'packages.seedHours': { name: 'hours', factor: 1 },
};
export const unitOf = (key: string): Unit | undefined => (isKnownKey(key) ? units[key] : undefined);

/** The limits of a number in a person's unit; what lies between two whole ones is left out. */
export function schemaIn(schema: Setting['schema'], unit: Unit | undefined): Setting['schema'] {
  const { default: _, description: _words, ...rest } = schema;
  if (!unit) return rest;
  const { maximum, minimum } = rest as { maximum?: number; minimum?: number };
  return {
    ...rest,
    ...(minimum === undefined ? {} : { minimum: Math.ceil(minimum / unit.factor) }),
    ...(maximum === undefined ? {} : { maximum: Math.floor(maximum / unit.factor) }),
  };
}

export type Kind = 'flag' | 'choice' | 'other';

export function kindOf({ schema }: Setting): Kind {
  if (schema['type'] === 'boolean') return 'flag';
  return Array.isArray(schema['enum']) ? 'choice' : 'other';
}

/** Only the file can be written from here. */
export const isLocked = ({ source }: Setting): boolean => source === 'environment' || source === 'flag';

/** @param words title and help of a setting, as they are shown. */
export const matches = (text: string, setting: Setting, words: string): boolean => {
  const hay = `${words} ${setting.key}`.toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((part) => hay.includes(part));
};
