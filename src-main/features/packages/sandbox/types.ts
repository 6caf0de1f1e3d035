/** What confines a program that others wrote. */
import type { ProcessSpec } from '../../../platform/processes.ts';

export interface SandboxProfile {
  /** Folder of the program: readable, never writable. */
  program: string;
  /** Its own data: readable and writable; `HOME` and `TMPDIR` unless its variables say otherwise. */
  data: string;
  /** Absolute paths beside these. They may be links, but none that the package could have made. */
  read: readonly string[];
  write: readonly string[];
  /** Hosts that it may reach, `api.example.com` or `*.example.com`, each with an optional port; none: no network. */
  hosts: readonly string[];
  limits: {
    memoryBytes: number;
    /** Processes and threads of its own at a time. */
    processes: number;
    /** Files open at a time, in each process. */
    files: number;
    /** The largest file that it may write. */
    fileBytes: number;
  };
}

/** What was denied, for the log and as evidence. */
export interface Denial {
  at: number;
  kind: 'file' | 'network' | 'other';
  what: string;
}

export interface Confined {
  /** What to spawn instead. */
  spec: ProcessSpec;
  /** After it ended: what was set up for it goes. Idempotent. */
  release(): Promise<void>;
}

/** What is weaker than it should be. */
export const SANDBOX_WARNINGS = [
  /** Bubblewrap before 0.12 lets a program out through links that it controls (CVE-2026-87766). */
  'old_bubblewrap',
  /** The node runs as root, of whom the system counts no processes, and there is no control group to count them. */
  'no_process_limit',
] as const;
export type SandboxWarning = (typeof SANDBOX_WARNINGS)[number];

/** Why nothing can be confined here. */
export const SANDBOX_PROBLEMS = [
  'unsupported_platform',
  'missing_bubblewrap',
  'missing_socat',
  /** The library's program that keeps others from opening sockets of the machine. */
  'missing_socket_filter',
  /** The system lets nobody make namespaces, or not this user. */
  'no_user_namespaces',
] as const;
export type SandboxProblem = (typeof SANDBOX_PROBLEMS)[number];

export interface SandboxStatus {
  usable: boolean;
  kind: 'sandbox-runtime' | 'container' | 'none';
  /** Of bubblewrap, or of the container engine. */
  version?: string;
  /** Each one of {@link SANDBOX_WARNINGS}. */
  warnings: string[];
  /** Each one of {@link SANDBOX_PROBLEMS}. */
  problems: string[];
}

export interface Sandbox {
  status(): Promise<SandboxStatus>;
  /**
   * Throws `packages.no_sandbox` (nothing that others wrote runs unconfined) or `packages.path_missing` for a granted path
   * that is not there or leads elsewhere.
   */
  confine(spec: ProcessSpec, profile: SandboxProfile, onDenied: (denial: Denial) => void): Promise<Confined>;
  close(): Promise<void>;
}

/** One way of confining. */
export interface Adapter {
  readonly status: SandboxStatus;
  confine: Sandbox['confine'];
  close(): Promise<void>;
}
