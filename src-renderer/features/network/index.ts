/** Other nodes: a map with a table beside it, invitations, and a doctor for connections. */
import { lazy } from 'react';

export const NetworkPage = lazy(async () => ({ default: (await import('./page.tsx')).NetworkPage }));

/** A form that joins a network by an invitation or an address. `onJoined` follows its success. */
export const JoinNetwork = lazy(async () => ({ default: (await import('./parts/join.tsx')).JoinNetwork }));

/** Checks how this node is connected, drawn as a path with a result and a fix for each check. */
export const ConnectionDoctor = lazy(async () => ({
  default: (await import('./parts/doctor.tsx')).ConnectionDoctor,
}));

export { useNetwork } from './store.ts';
export { useNetworkName } from './parts/network-name.tsx';
