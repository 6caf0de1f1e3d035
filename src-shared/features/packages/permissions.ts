/**
 * What the server of a package may touch. It is part of what its publisher signs, an operator says yes to it when he
 * installs the package, and anything wider needs another yes. What is not named here is denied.
 */
import { z } from 'zod';

export const MAX_HOSTS = 32;
export const MAX_PATHS = 16;

/** `api.example.com`, `*.example.com`, each with an optional port. Neither addresses nor a bare `*`. */
export const HOST_PATTERN =
  /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[0-9]{1,5})?$/;

/** A folder or file below the operator's home, or one that he chooses in the package's settings: `${user_config.KEY}`. */
export const PATH_PATTERN = /^(~\/[^\0]{1,400}|\$\{user_config\.[A-Za-z0-9_-]{1,64}\})$/;

const host = z.string().max(253).regex(HOST_PATTERN, 'a host name such as api.example.com or *.example.com');
const path = z
  .string()
  .regex(PATH_PATTERN, 'a path below ~/ or ${user_config.KEY}')
  .refine((text) => !text.split('/').includes('..'), 'no .. in a path');

export const permissionsSchema = z.object({
  /** Hosts that it may reach; none: it has no network. */
  hosts: z.array(host).max(MAX_HOSTS).default([]),
  /** What it may read beside its own program and data. */
  read: z.array(path).max(MAX_PATHS).default([]),
  /** What it may change beside its own data. */
  write: z.array(path).max(MAX_PATHS).default([]),
  /** Memory that it needs at most, in MiB. */
  memoryMb: z.number().int().min(16).max(65_536).default(512),
  /** Processes and threads that it runs at a time, itself included. */
  processes: z.number().int().min(1).max(1_024).default(64),
});
export type Permissions = z.output<typeof permissionsSchema>;

export const NO_PERMISSIONS: Permissions = permissionsSchema.parse({});

/** What `after` allows and `before` does not; empty where nothing is wider. */
export interface Widening {
  hosts: string[];
  read: string[];
  write: string[];
  /** MiB, where it is more. */
  memoryMb?: number;
  processes?: number;
}

export function wideningOf(before: Permissions, after: Permissions): Widening {
  const wider = (covered: (text: string) => boolean, wanted: readonly string[]) =>
    wanted.filter((text) => !covered(text));
  return {
    hosts: wider((text) => before.hosts.some((known) => coversHost(known, text)), after.hosts),
    read: wider(
      (text) => [...before.read, ...before.write].some((known) => coversPath(known, text)),
      after.read,
    ),
    write: wider((text) => before.write.some((known) => coversPath(known, text)), after.write),
    ...(after.memoryMb > before.memoryMb ? { memoryMb: after.memoryMb } : {}),
    ...(after.processes > before.processes ? { processes: after.processes } : {}),
  };
}

export const isWider = ({ hosts, memoryMb, processes, read, write }: Widening): boolean =>
  hosts.length + read.length + write.length > 0 || memoryMb !== undefined || processes !== undefined;

/** Whether everything that `wanted` stands for is reached by `known` already. */
function coversHost(known: string, wanted: string): boolean {
  const [knownName = '', knownPort] = known.split(':');
  const [name = '', port] = wanted.split(':');
  if (knownPort !== undefined && knownPort !== port) return false;
  if (knownName === name) return true;
  return knownName.startsWith('*.') && name.endsWith(knownName.slice(1));
}

const coversPath = (known: string, wanted: string): boolean =>
  wanted === known || wanted.startsWith(known.endsWith('/') ? known : `${known}/`);
