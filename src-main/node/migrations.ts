/** The schema of a node's database: every slice's migrations, in the order of the slices. */
import { accessMigrations } from '../features/access/index.ts';
import { clientsMigrations } from '../features/clients/index.ts';
import { fleetMigrations } from '../features/fleet/index.ts';
import { governanceMigrations } from '../features/governance/index.ts';
import { identityMigrations } from '../features/identity/index.ts';
import { metricsMigrations } from '../features/metrics/index.ts';
import { p2pMigrations } from '../features/p2p/index.ts';
import { packagesMigrations } from '../features/packages/index.ts';
import { recordsMigrations } from '../features/records/index.ts';
import { centralMigrations, registryMigrations } from '../features/registry/index.ts';
import { relayMigrations, resharingMigrations } from '../features/relay/index.ts';
import { serversMigrations } from '../features/servers/index.ts';
import { trustMigrations } from '../features/trust/index.ts';
import type { Migration } from '../platform/sqlite.ts';
import { apiTokenMigrations } from './api-tokens.ts';
import { conditionsMigrations } from './conditions.ts';
import { equivocationMigrations } from './equivocations.ts';
import { invitationMigrations } from './invitation-store.ts';
import { setupMigrations } from './setup.ts';
import { webSessionMigrations } from './web-sessions.ts';

export const nodeMigrations: readonly Migration[] = [
  ...identityMigrations,
  ...metricsMigrations,
  ...p2pMigrations,
  ...recordsMigrations,
  ...trustMigrations,
  ...fleetMigrations,
  ...governanceMigrations,
  ...clientsMigrations,
  ...accessMigrations,
  ...registryMigrations,
  ...centralMigrations,
  ...serversMigrations,
  ...packagesMigrations,
  ...relayMigrations,
  ...resharingMigrations,
  ...apiTokenMigrations,
  ...webSessionMigrations,
  ...setupMigrations,
  ...conditionsMigrations,
  ...invitationMigrations,
  ...equivocationMigrations,
];

/** What peers can give back, or what is worth nothing elsewhere: left out of backups. */
export const REFETCHABLE_TABLES = [
  'records',
  'registry_manifests',
  'invocations',
  'web_sessions',
  'central_listings',
  'central_progress',
];
