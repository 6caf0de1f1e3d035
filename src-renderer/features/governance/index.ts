/** What this node speaks, the proposals to change it, and the operator's word in them. A part of the network pages. */
import { lazy } from 'react';

export const ProtocolView = lazy(async () => ({
  default: (await import('./protocol-view.tsx')).ProtocolView,
}));
