/** What a package needs of this machine, and whether it is there. */
import { totalmem } from 'node:os';
import semver from 'semver';
import type { Release } from '#shared/features/packages/release.ts';
import type { Requirement } from '#shared/features/packages/views.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { SandboxStatus } from '../sandbox/index.ts';
import { findOnPath } from './runtime.ts';

export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  nodeVersion: string;
  totalMemory: number;
  /** Bytes that may still be written where packages lie. */
  freeBytes: number | undefined;
  path: string;
  sandbox: SandboxStatus;
}

export const thisMachine = (rest: Pick<Machine, 'freeBytes' | 'path' | 'sandbox'>): Machine => ({
  platform: process.platform,
  arch: process.arch,
  nodeVersion: process.versions.node,
  totalMemory: totalmem(),
  ...rest,
});

const MIB = 1 << 20;
/** Unpacked, a bundle is about so many times as large. */
const UNPACKED_RATIO = 4;

/** In the order in which a person reads them. */
export function requirementsOf(release: Release, toFetch: number, machine: Machine): Requirement[] {
  return [
    platform(release, machine),
    runtime(release, machine),
    memory(release, machine),
    disk(release, toFetch, machine),
    sandbox(machine),
  ];
}

function platform({ platforms }: Release, machine: Machine): Requirement {
  const met = platforms.length === 0 || platforms.some((one) => one === machine.platform);
  return {
    kind: 'platform',
    met,
    needed: platforms.length === 0 ? 'any' : platforms.join(', '),
    found: machine.platform,
  };
}

function runtime({ runtime: { requires, type } }: Release, machine: Machine): Requirement {
  const needed = requires ? `${type} ${requires}` : type;
  if (type === 'binary') return { kind: 'runtime', met: true, needed, found: machine.arch };
  if (type === 'node') {
    const met = requires === undefined || semver.satisfies(machine.nodeVersion, requires);
    return { kind: 'runtime', met, needed, found: `node ${machine.nodeVersion}` };
  }
  const found = findOnPath(['python3', 'python.exe'], machine.path);
  return { kind: 'runtime', met: found !== undefined, needed, found: found ?? '' };
}

function memory({ permissions }: Release, { totalMemory }: Machine): Requirement {
  const there = Math.floor(totalMemory / MIB);
  return {
    kind: 'memory',
    met: there >= permissions.memoryMb,
    needed: `${permissions.memoryMb} MiB`,
    found: `${there} MiB`,
  };
}

function disk({ bundle }: Release, toFetch: number, { freeBytes }: Machine): Requirement {
  const needed = toFetch + bundle.size * UNPACKED_RATIO;
  return {
    kind: 'disk',
    met: freeBytes === undefined || freeBytes >= needed,
    needed: `${Math.ceil(needed / MIB)} MiB`,
    found: freeBytes === undefined ? '' : `${Math.floor(freeBytes / MIB)} MiB`,
  };
}

const sandbox = ({ sandbox: { kind, usable } }: Machine): Requirement => ({
  kind: 'sandbox',
  met: usable,
  needed: 'sandbox',
  found: kind,
});

/** Throws `packages.requirement_unmet` with the first that is not met. */
export function refuseUnmet(requirements: readonly Requirement[]): void {
  const unmet = requirements.find(({ met }) => !met);
  if (!unmet) return;
  throw new AppError(
    'packages.requirement_unmet',
    `This machine cannot run the package: it needs ${unmet.needed} (${unmet.kind}), and has ${unmet.found || 'none'}.`,
    { advice: ADVICE[unmet.kind], details: { ...unmet } },
  );
}

const ADVICE: Record<Requirement['kind'], string> = {
  platform: 'Look for a version for this system, or use it through a peer.',
  runtime: 'Install what is missing, then try again.',
  memory: 'Use it through a peer, or on a larger machine.',
  disk: 'Free some space, then try again.',
  sandbox: '`toolswarm packages sandbox` says what is missing; without it nothing that others wrote is run.',
  dependency: 'Install what it depends on first, or wait until it can be found.',
};
