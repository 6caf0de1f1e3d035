/**
 * `@anthropic-ai/sandbox-runtime`, loaded when the first program is confined: a node without packages never needs it.
 *
 * Its manager is one for the whole process, and so is the proxy that it starts: the first program that declared hosts starts
 * it, and the last sandbox that is closed takes it down. On Linux a program without hosts does without: it has no way to
 * any proxy, and starts faster.
 */
import { tmpdir } from 'node:os';
import type { SandboxManager, SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime';
import { noSandbox } from './faults.ts';
import { sweepLeftOvers } from './left-overs.ts';
import type { Machine } from './machine.ts';

export type Manager = typeof SandboxManager;

/** What a program may see and change, as absolute real paths. */
export interface Files {
  read: readonly string[];
  write: readonly string[];
}

const SHELL = '/bin/sh';
/** A declared host must not lead into the operator's own networks, whatever its name resolves to. */
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
/** These mean this machine, where other programs trust whoever comes. */
const THIS_MACHINE = ['localhost', '*.localhost'];
/** It would search this process's folder for settings of editors and shells, which no package may write to anyway. */
const SEARCHES_NOTHING = { command: '/bin/true' };
/** A program without a name is not even started; the library goes on without what it would have found. */
const STARTS_NOTHING = { command: '' };

let users = 0;
let ready: Promise<Manager> | undefined;

/** The manager with its proxy, which reaches nothing but what {@link Manager.registerCommandNetworkLists} is told. */
export interface SharedManager {
  get(): Promise<Manager>;
  close(): Promise<void>;
}

export function shareManager(machine: Machine, parentProxy: string | undefined): SharedManager {
  let isUsed = false;
  return {
    get() {
      if (!isUsed) users += 1;
      isUsed = true;
      ready ??= begin(machine, parentProxy).catch((error: unknown) => {
        ready = undefined;
        throw noSandbox([String(error)]);
      });
      return ready;
    },
    async close() {
      if (!isUsed) return;
      isUsed = false;
      users -= 1;
      if (users > 0 || !ready) return;
      const manager = await ready;
      ready = undefined;
      await manager.reset();
    },
  };
}

async function begin(machine: Machine, parentProxy: string | undefined): Promise<Manager> {
  await sweepLeftOvers(tmpdir(), process.getuid?.());
  const { SandboxManager: manager } = await import('@anthropic-ai/sandbox-runtime');
  const config: SandboxRuntimeConfig = {
    network: {
      allowedDomains: [],
      deniedDomains: THIS_MACHINE,
      deniedResolvedAddresses: PRIVATE_NETWORKS,
      ...(parentProxy ? { parentProxy: { http: parentProxy, https: parentProxy, noProxy: '' } } : {}),
    },
    filesystem: { denyRead: ['/'], allowRead: [], allowWrite: [], denyWrite: [] },
    ripgrep: SEARCHES_NOTHING,
    mandatoryDenySearchDepth: 1,
    ...(machine.bubblewrap ? { bwrapPath: machine.bubblewrap.path } : {}),
    ...(machine.socat ? { socatPath: machine.socat } : {}),
    ...(machine.socketFilter ? { seccomp: { applyPath: machine.socketFilter } } : {}),
  };
  // Its watch over files knows one list for all programs, and would accuse each of what another may not.
  await manager.initialize(config, undefined, false);
  return manager;
}

/** A line of a shell that runs `line` confined, with the way to the proxy. Where it throws, nothing is left behind. */
export const wrapWithProxy = (
  manager: Manager,
  commandId: string,
  line: string,
  files: Files,
): Promise<string> =>
  manager.wrapWithSandbox(
    line,
    SHELL,
    {
      network: { allowedDomains: [], deniedDomains: [] },
      filesystem: {
        denyRead: ['/'],
        allowRead: files.read.map(literal),
        allowWrite: files.write.map(literal),
        denyWrite: [],
      },
    },
    undefined,
    { commandId, commandText: commandId },
  );

/** The same without any network, for Linux. */
export async function wrapAlone(
  machine: Machine,
  line: string,
  files: Files,
): Promise<{ wrapped: string; cleanUp(): void }> {
  const { cleanupBwrapMountPoints, wrapCommandWithSandboxLinux } = await import(
    '@anthropic-ai/sandbox-runtime/dist/sandbox/linux-sandbox-utils.js'
  );
  const wrapped = await wrapCommandWithSandboxLinux({
    command: line,
    needsNetworkRestriction: true,
    readConfig: { denyOnly: ['/'], literalAllowWithinDeny: [...files.read] },
    writeConfig: { allowOnly: [], literalAllowOnly: [...files.write], denyWithinAllow: [] },
    binShell: SHELL,
    ripgrepConfig: STARTS_NOTHING,
    mandatoryDenySearchDepth: 1,
    ...(machine.bubblewrap ? { bwrapPath: machine.bubblewrap.path } : {}),
    ...(machine.socketFilter ? { seccompConfig: { applyPath: machine.socketFilter } } : {}),
  });
  return { wrapped, cleanUp: () => cleanupBwrapMountPoints() };
}

/** Names with brackets or stars are names, and no patterns. */
const literal = (path: string) => ({ path, literal: true as const });
