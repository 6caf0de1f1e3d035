import { AppError } from '#shared/kernel/errors.ts';
import type { SandboxProblem } from './types.ts';

/** What is missing, for people. */
const SENTENCES: Record<SandboxProblem, string> = {
  unsupported_platform: 'There is no sandbox for this system, and no container engine answers.',
  missing_bubblewrap: 'Bubblewrap is not installed.',
  missing_socat: 'Socat is not installed.',
  missing_socket_filter: 'The program that blocks sockets is missing from this installation.',
  no_user_namespaces: 'This system does not let this user make namespaces.',
};

/** @param problems codes, or what a program said */
export const noSandbox = (problems: readonly string[]): AppError =>
  new AppError(
    'packages.no_sandbox',
    `Packages cannot be confined here. ${problems.map(sentence).join(' ')}`,
    {
      advice:
        'Install what is missing (on Debian: bubblewrap and socat), or let this user make namespaces. Nothing that others wrote is run without.',
      details: { problems: [...problems] },
    },
  );

const sentence = (problem: string): string => SENTENCES[problem as SandboxProblem] ?? problem;
