/** Runs a package for a moment, confined as it would be, with a data folder that is thrown away. */
import { rm } from 'node:fs/promises';
import type { Permissions } from '#shared/features/packages/permissions.ts';
import type { PackageSettings } from '#shared/features/packages/views.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import { openDatabase } from '../../../platform/sqlite.ts';
import { createServers, serversMigrations } from '../../servers/index.ts';
import type { Launcher } from '../install/launcher.ts';
import type { Denial } from '../sandbox/index.ts';
import type { KeptRelease } from '../store/releases.ts';

export interface TrialDeps {
  launcher: Launcher;
  clock: Clock;
  random: Random;
  log: Log;
  /** Bytes of memory of a process and all that it started. */
  memoryOf(pid: number): Promise<number | undefined>;
}

export interface TrialOutcome {
  tools: Tool[];
  /** From the start of the process to its list of tools, in ms. */
  startMs: number;
  memoryBytes: number | undefined;
  denials: Denial[];
}

export interface TrialFacts {
  kept: KeptRelease;
  permissions: Permissions;
  settings: PackageSettings;
  secretValues: Readonly<Record<string, string>>;
  /** Made for the trial, and removed after it. */
  data: string;
}

const NAME = 'trial';
/** What is denied again and again is noted so often. */
const MAX_DENIALS = 100;

/** Throws `packages.does_not_start` with the server's last words, or what {@link Launcher.prepare} throws. */
export async function runTrial(
  deps: TrialDeps,
  facts: TrialFacts,
  signal: AbortSignal,
): Promise<TrialOutcome> {
  const { clock, launcher, log, random } = deps;
  const denials: Denial[] = [];
  const db = openDatabase({ file: ':memory:', migrations: serversMigrations, now: clock.now() });
  const servers = createServers(
    { db, clock, random, log, secrets: memorySecrets() },
    {
      launch: () =>
        launcher.prepare(
          {
            ...facts,
            secret: (name) => facts.secretValues[name],
            onDenied: (denial) => void (denials.length < MAX_DENIALS && denials.push(denial)),
          },
          signal,
        ),
    },
  );
  try {
    const startedAt = clock.monotonic();
    const transport = { type: 'package', package: facts.kept.package, release: facts.kept.id, generation: 1 };
    const view = await servers.add(serverConfigSchema.parse({ name: NAME, transport }));
    signal.throwIfAborted();
    if (view.problem)
      throw failed(
        view.problem,
        servers.logs(NAME, 5).map(({ text }) => text),
      );
    const startMs = clock.monotonic() - startedAt;
    const [process] = servers.processes(NAME);
    const memoryBytes = process ? await deps.memoryOf(process.pid) : undefined;
    return { tools: servers.offers(NAME)?.tools ?? [], startMs, memoryBytes, denials };
  } finally {
    await servers.stopAll();
    db.close();
    await rm(facts.data, { recursive: true, force: true });
  }
}

function memorySecrets() {
  const values = new Map<string, string>();
  return {
    get: (key: string) => values.get(key),
    set: (key: string, value: string) => void values.set(key, value),
    delete: (key: string) => void values.delete(key),
    keys: () => [...values.keys()].sort(),
  };
}

const failed = (problem: { message: string; advice: string }, lastWords: string[]): AppError =>
  new AppError('packages.does_not_start', `The package does not start: ${problem.message}`, {
    advice: problem.advice,
    details: { why: problem.message, lastWords },
  });
