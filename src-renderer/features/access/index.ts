/** Who may call what of this node: permissions, grants, requests for access, limits; and asking others for access. */
import { lazy } from 'react';
import { onDemand } from '../../ui/on-demand.tsx';

export const AccessPage = lazy(async () => ({ default: (await import('./page.tsx')).AccessPage }));

/** Lets one provider call tools for a time; filled in by whoever opens it. */
export const GiveDialog = onDemand(async () => (await import('./parts/give-dialog.tsx')).GiveDialog);
/** A button that asks for access, beside a refusal that asking can change. */
export { AskButton } from './parts/ask-button.tsx';
export { canAsk } from './askable.ts';
