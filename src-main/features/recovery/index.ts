/**
 * Backup and restore of everything that cannot be fetched again: keys and secrets, the database without what peers can
 * give back, settings. One encrypted file.
 *
 *     const recovery = createRecovery({ db, keystore, dataDir, self: identity.self, clock, random }, { appVersion });
 *     await recovery.backup({ file: '/media/stick/node.backup', passphrase });
 *     await restoreBackup({ file, passphrase, dataDir: '/new/empty/folder' });  // no node runs there yet
 *
 * Invariants: a backup file and a data folder are whole or absent, whatever happens in between. Any changed, missing or
 * moved byte is noticed before anything is put in place. A restored node is a new node of the same provider unless the
 * person says that the old one is gone.
 */
export { createRecovery, createRecoveryHandlers, type Recovery } from './recovery.ts';
export { type Restored, type RestoreOptions, restoreBackup } from './restore.ts';
