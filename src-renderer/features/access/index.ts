/** Who may call what of this node: permissions, grants, requests for access, limits. */
import { lazy } from 'react';

/** Arrives when it is opened, so that Home is drawn sooner. */
export const AccessPage = lazy(async () => ({ default: (await import('./page.tsx')).AccessPage }));
