/** Who used what and how much, and how busy the node is with it. */
import { lazy } from 'react';

export const UsagePage = lazy(async () => ({ default: (await import('./page.tsx')).UsagePage }));
