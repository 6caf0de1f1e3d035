import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout, without a trailing separator. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
