/**
 * Properties draw the same cases in every run of `npm test`, so that a change is what makes it red and nothing else. The
 * nightly profile draws new cases, twenty times as many; fast-check prints the seed of a failure, and `TOOLSWARM_SEED`
 * repeats it.
 */
import fc from 'fast-check';

const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';
const given = process.env['TOOLSWARM_SEED'];
const seed = given === undefined ? (isNightly ? undefined : 20_261_122) : Number(given);

fc.configureGlobal({
  ...(seed === undefined ? {} : { seed }),
  ...(isNightly ? { numRuns: 2_000 } : {}),
});
