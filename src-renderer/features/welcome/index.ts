/** The first run, in steps that can be left and taken up again. */
import { lazy } from 'react';

export const WelcomePage = lazy(async () => ({ default: (await import('./page.tsx')).WelcomePage }));
