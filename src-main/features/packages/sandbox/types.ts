/** What confines a program that others wrote. */
import type { ProcessSpec } from '../../../platform/processes.ts';

export interface SandboxProfile {
  /** Folder of the program: readable, never writable. */
  program: string;
  /** Its own data: readable and writable; its home. */
  data: string;
  /** Absolute real paths beside these. */
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

export interface SandboxStatus {
  usable: boolean;
  kind: 'sandbox-runtime' | 'container' | 'none';
  version?: string;
  /** Codes of what is weaker than it should be: `old_bubblewrap`, `runs_as_root`; else sentences of the library. */
  warnings: string[];
  /** What is missing, in sentences of whoever found out. */
  problems: string[];
}

export interface Sandbox {
  status(): Promise<SandboxStatus>;
  /** Throws `packages.no_sandbox`: nothing that others wrote runs unconfined. */
  confine(spec: ProcessSpec, profile: SandboxProfile, onDenied: (denial: Denial) => void): Promise<Confined>;
  close(): Promise<void>;
}
