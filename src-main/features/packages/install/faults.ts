/** What an operator is told when a package cannot be installed, changed or taken back. */
import { bundleId } from '#shared/features/packages/bundle.ts';
import type { PackageId, ReleaseId } from '#shared/features/packages/release.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { KeptRelease } from '../store/releases.ts';

export const lying = (): AppError =>
  new AppError('packages.lying_manifest', 'What is in the package is not what its publisher signed.', {
    advice: 'Nothing was installed. Tell its publisher, or do not trust him.',
  });

export const busyPackage = (id: PackageId): AppError =>
  new AppError('packages.busy_package', `The package ${id} is being changed already.`, {
    advice: 'Wait until that is done, then try again.',
    retryable: true,
  });

export const noSuchSecret = (name: string): AppError =>
  new AppError('packages.bad_setting', `The package has no secret ${name}.`, {
    advice: 'Look at its settings and try again.',
    details: { name },
  });

export function doesNotStart(
  { release }: KeptRelease,
  cause: { message: string; advice: string } | undefined,
): AppError {
  const why = cause?.message ?? 'it gave no reason';
  return new AppError(
    'packages.does_not_start',
    `${release.name} ${release.version} does not start: ${why}`,
    {
      advice:
        cause?.advice ||
        'What was there before is as it was. Look at the log of the server, or tell the publisher.',
      details: { why },
    },
  );
}

export const notInstalled = (id: PackageId): AppError =>
  new AppError('packages.not_installed', `The package ${id} is not installed here.`, {
    advice: 'See what is with `toolswarm packages list`.',
  });

export const nothingEarlier = (): AppError =>
  new AppError('packages.nothing_earlier', 'There is no such earlier state to go back to.', {
    advice: 'See what there was with `toolswarm packages history`.',
  });

export const notKept = (kept: KeptRelease | undefined): AppError =>
  new AppError(
    'packages.not_kept',
    `The bytes of ${kept ? `${kept.release.name} ${kept.release.version}` : 'that version'} are not kept here any more.`,
    {
      advice: 'Install that version again while somebody who has it is connected.',
      details: kept ? { release: kept.id satisfies ReleaseId, bundle: bundleId(kept.release.bundle) } : {},
    },
  );
