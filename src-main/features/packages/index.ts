/**
 * Tool packages: published once, found anywhere, verified before they are unpacked, confined while they run, kept in
 * several versions, and gone back from in one step.
 *
 *     const packages = createPackages(deps, options);
 *     const servers = createServers({ … }, { launch: (...about) => packages.launch(...about) });
 *     await packages.start();                              // recovers, and makes the servers what the database says
 *     const checked = await packages.check('/home/me/files', signal);
 *     packages.publisher.publish({ checked, channel: 'stable', notes: '' });
 *
 * Invariants: nothing is unpacked that was not signed and verified piece by piece, or brought by the operator himself;
 * nobody is led back behind what a publisher said before; a kill at any moment leaves the current version whole; what a
 * package may touch never grows without a yes; going back needs no network.
 */
export { createPackagesHandlers } from './handlers.ts';
export { packagesMigrations } from './migrations.ts';
export { createPackages, type Packages, type PackagesDeps, type PackagesOptions } from './packages.ts';
export type { Sandbox } from './sandbox/index.ts';
