/** Home: how the node is, what waits for the operator, and the ways in. */
import { lazy } from 'react';

/** Set off at once, beside the texts that the first drawing waits for anyway. */
const arriving = import('./page.tsx');

export const HomePage = lazy(async () => ({ default: (await arriving).HomePage }));
