/** `npm run bench -- crypto`: what sealing adds to a call, and what signing and opening a session cost beside it. */
import { measurePrimitives } from './crypto/primitives.ts';
import { measureSealedCalls } from './crypto/sealed-calls.ts';
import { report } from './support/report.ts';

const figures = [...(await measureSealedCalls()), ...(await measurePrimitives())];
process.exit(report('crypto', figures) ? 0 : 1);
