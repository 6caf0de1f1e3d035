/**
 * Our entry in the files of AI clients: found, planned, written, proven to be there, taken out again. Each write keeps a
 * copy first, notes what will be, then replaces the file in one step: a kill at any moment leaves the old file or the new
 * one, and a note that tells which.
 */
import { clientApp, clientApps, type ClientApp, type ClientAppId } from '#shared/features/clients/apps.ts';
import { lineDiff } from '#shared/features/clients/diff.ts';
import { httpEntry, readEntry, type StartCommand, stdioEntry } from '#shared/features/clients/entry.ts';
import type {
  ClientFile,
  ClientPlan,
  ClientTarget,
  Problem,
  Removal,
} from '#shared/features/clients/files.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { Database } from '#main/platform/sqlite.ts';
import type { Log } from '#main/platform/log.ts';
import { entryIn, hasContainer, withEntry, withoutEntry } from '../edit/index.ts';
import { createBackups } from './backups.ts';
import { openFile, type OpenedFile, removeFile, replaceFile, requireWritable, sha256 } from './disk.ts';
import { fileOf, isInstalled, type Machine } from './locate.ts';
import { createFileRecords, type FileRecord } from './records.ts';

export interface ClientFiles {
  /** Every known client. What is wrong with a file is told beside it. */
  detect(): ClientFile[];
  /** Throws what keeps the file from being changed: `clients.file_…`. */
  plan(target: ClientTarget, profile: string): ClientPlan;
  planRemoval(target: ClientTarget): ClientPlan;
  /** Throws `clients.file_…`; `clients.file_changed` where `hash` is given and is not that of the file. */
  connect(target: ClientTarget, profile: string, hash?: string): ClientFile;
  /** Throws `clients.not_connected` or `clients.file_…`. */
  disconnect(target: ClientTarget): Removal;
  /** Goes through all files, those of projects included; what fails is told and does not end it. */
  disconnectAll(): Removal[];
  manual(
    target: ClientTarget,
    profile: string,
  ): { file: string; format: ClientApp['format']; stdio: string; http?: string };
  /** The entry as it stands in the file. Throws `clients.not_connected` or `clients.file_…`. */
  entry(target: ClientTarget): { file: string; entry: unknown; profile: string };
}

export interface ClientFilesDeps {
  db: Database;
  clock: Clock;
  log: Log;
}

export interface ClientFilesOptions extends Machine {
  /** The node's data folder, absolute. */
  dataDir: string;
  /** Where copies go. */
  backupDir: string;
  /** What a client of a profile starts. */
  start(profile: string): StartCommand;
  url(profile: string): string;
}

/** Stands in an entry for HTTP where the token goes. */
const TOKEN_PLACE = '<token>';

interface Change {
  file: OpenedFile;
  text: string;
  undo: FileRecord['undo'];
}

export function createClientFiles(
  { db, clock, log }: ClientFilesDeps,
  options: ClientFilesOptions,
): ClientFiles {
  const records = createFileRecords(db);
  const backups = createBackups(options.backupDir);

  const open = ({ client, folder }: ClientTarget): OpenedFile =>
    openFile(fileOf(clientApp(client), options, folder), options.home);
  const current = () => ({ ...options.start('default'), dataDir: options.dataDir });
  const read = (app: ClientApp, text: string | undefined) => {
    const entry = text === undefined ? undefined : entryIn(text, app);
    return { entry, ...readEntry(entry, current()) };
  };

  /** The file with our entry, and how that would be undone. */
  function change(target: ClientTarget, profile: string): Change {
    const app = clientApp(target.client);
    const file = open(target);
    const before = read(app, file.text);
    const text = withEntry(file.text ?? '', app, stdioEntry(app.shape, options.start(profile)));
    requireWritable(file);
    const isOurs = before.state === 'present' || before.state === 'stale';
    return { file, text, undo: file.text === undefined ? 'delete' : isOurs ? 'remove' : 'restore' };
  }

  /** The record of what is in the file now: one whose write never came to pass says nothing. */
  const recordOf = (file: OpenedFile): FileRecord | undefined => {
    const record = records.get(file.path);
    return record && record.afterHash === file.hash ? record : undefined;
  };

  function connect(target: ClientTarget, profile: string, hash?: string): ClientFile {
    const { file, text, undo } = change(target, profile);
    if (hash !== undefined && hash !== file.hash) throw changedMeanwhile(file);
    if (text === file.text) return describe(target);
    const connectedAt = clock.now();
    const kept = keepCopy(target.client, file, connectedAt);
    const earlier = recordOf(file);
    const base = earlier ?? { undo, backup: kept, beforeHash: file.hash };
    const { backup, beforeHash } = base;
    records.put({
      file: file.path,
      client: target.client,
      profile,
      undo: base.undo,
      backup,
      beforeHash,
      afterHash: sha256(text),
      connectedAt,
    });
    write(file, text);
    log.info({ client: target.client, file: file.path, profile }, 'an AI client was connected');
    return describe(target);
  }

  function keepCopy(client: ClientAppId, file: OpenedFile, at: number): string | undefined {
    if (file.text === undefined) return undefined;
    const path = backups.pathFor(client, file, at);
    backups.keep(path, file);
    backups.prune(client, new Set([path, ...records.list().flatMap(({ backup }) => backup ?? [])]));
    return path;
  }

  /** Writes and reads again: what the disk holds now is what was meant. */
  function write(file: OpenedFile, text: string): void {
    // Between the look and this moment the client itself may have written.
    if (openFile(file.path, options.home).hash !== file.hash) throw changedMeanwhile(file);
    replaceFile(file, text);
    if (openFile(file.path, options.home).hash !== sha256(text)) throw changedMeanwhile(file);
  }

  interface Reversal {
    app: ClientApp;
    file: OpenedFile;
    outcome: 'restored' | 'removed';
    /** Undefined: the file goes. */
    text: string | undefined;
  }

  /** What the file would be without us; undefined where we are not in it. */
  function reversal(target: ClientTarget): Reversal | undefined {
    const app = clientApp(target.client);
    const file = open(target);
    const { state } = read(app, file.text);
    if (file.text === undefined || (state !== 'present' && state !== 'stale')) return undefined;
    const record = recordOf(file);
    if (record?.undo === 'delete') return { app, file, outcome: 'restored', text: undefined };
    const last = records.get(file.path);
    const copy = last?.backup === undefined ? undefined : backups.read(last.backup, last.beforeHash);
    if (record?.undo === 'restore' && copy !== undefined)
      return { app, file, outcome: 'restored', text: copy };
    return { app, file, outcome: 'removed', text: withoutUs(file.text, app, copy, last?.undo === 'delete') };
  }

  /** The text without our entry, and without the container we brought; what stood in its place before, comes back. */
  function withoutUs(text: string, app: ClientApp, copy: string | undefined, isOurFile: boolean): string {
    if (copy === undefined) return withoutEntry(text, app, !isOurFile);
    const before = read(app, copy);
    if (before.state === 'foreign') return withEntry(text, app, before.entry as Record<string, unknown>);
    return withoutEntry(text, app, hasContainer(copy, app));
  }

  function disconnect(target: ClientTarget): Removal {
    const found = reversal(target);
    if (!found) throw notConnected(clientApp(target.client));
    const { file, outcome, text } = found;
    requireWritable(file);
    keepCopy(target.client, file, clock.now());
    if (text === undefined) removeFile(file);
    else write(file, text);
    records.remove(file.path);
    log.info({ client: target.client, file: file.path, outcome }, 'an AI client was disconnected');
    return { client: target.client, file: file.path, outcome };
  }

  function describe(target: ClientTarget): ClientFile {
    const app = clientApp(target.client);
    const path = fileOf(app, options, target.folder);
    const facts = {
      id: app.id,
      name: app.name,
      installed: target.folder !== undefined || isInstalled(app, options),
      file: path,
      format: app.format,
      takesEffect: app.takesEffect,
    };
    try {
      return { ...facts, ...state(app, openFile(path, options.home)) };
    } catch (error) {
      return { ...facts, exists: true, entry: 'absent', problem: problemOf(error) };
    }
  }

  function state(app: ClientApp, file: OpenedFile) {
    const { state: entry, profile } = read(app, file.text);
    const connectedAt = entry === 'absent' ? undefined : records.get(file.path)?.connectedAt;
    const known = {
      exists: file.text !== undefined,
      entry,
      ...(profile === undefined ? {} : { profile }),
      ...(connectedAt === undefined ? {} : { connectedAt }),
    };
    try {
      requireWritable(file);
      return known;
    } catch (error) {
      return { ...known, problem: problemOf(error) };
    }
  }

  const planOf = (
    target: ClientTarget,
    file: OpenedFile,
    text: string,
    kind: ClientPlan['change'],
  ): ClientPlan => ({
    client: target.client,
    file: file.path,
    change: kind,
    lines: lineDiff(file.text ?? '', text),
    hash: file.hash,
    ...(file.text === undefined || kind === 'none'
      ? {}
      : { backup: backups.pathFor(target.client, file, clock.now()) }),
    takesEffect: clientApp(target.client).takesEffect,
  });

  return {
    detect: () => clientApps.map(({ id }) => describe({ client: id })),
    plan(target, profile) {
      const { file, text } = change(target, profile);
      const { entry } = read(clientApp(target.client), file.text);
      const kind =
        file.text === undefined
          ? 'create'
          : text === file.text
            ? 'none'
            : entry === undefined
              ? 'add'
              : 'replace';
      return planOf(target, file, text, kind);
    },
    planRemoval(target) {
      const found = reversal(target);
      if (!found) return planOf(target, open(target), open(target).text ?? '', 'none');
      requireWritable(found.file);
      return planOf(
        target,
        found.file,
        found.text ?? '',
        found.outcome === 'restored' ? 'restore' : 'remove',
      );
    },
    connect,
    disconnect,
    disconnectAll() {
      const own = clientApps.map(({ id }): [ClientTarget, string | undefined] => [{ client: id }, undefined]);
      const isOwn = (file: string) => clientApps.some((app) => fileOf(app, options) === file);
      // Files of projects are known from the records alone; so are those that an environment variable pointed at.
      const others = records.list().filter(({ file }) => !isOwn(file));
      return [
        ...own,
        ...others.map((record): [ClientTarget, string] => [targetOf(record), record.file]),
      ].flatMap(([target]) => attempt(target));
    },
    manual(target, profile) {
      const app = clientApp(target.client);
      const http = httpEntry(app.shape, { url: options.url(profile), token: TOKEN_PLACE });
      return {
        file: fileOf(app, options, target.folder),
        format: app.format,
        stdio: withEntry('', app, stdioEntry(app.shape, options.start(profile))),
        ...(http ? { http: withEntry('', app, http) } : {}),
      };
    },
    entry(target) {
      const app = clientApp(target.client);
      const file = open(target);
      const { entry, profile, state: whose } = read(app, file.text);
      if (whose !== 'present' && whose !== 'stale') throw notConnected(app);
      return { file: file.path, entry, profile: profile ?? 'default' };
    },
  };

  function attempt(target: ClientTarget): Removal[] {
    try {
      return reversal(target) ? [disconnect(target)] : [];
    } catch (error) {
      const file = fileOf(clientApp(target.client), options, target.folder);
      // A file that cannot be read and that we never wrote to is nobody's concern here.
      if (!records.get(file)) return [];
      return [{ client: target.client, file, outcome: 'failed', problem: problemOf(error) }];
    }
  }
}

/** The project that a recorded file belongs to. */
function targetOf({ client, file }: FileRecord): ClientTarget {
  const below = clientApp(client).projectFile ?? '';
  return { client, folder: file.slice(0, Math.max(1, file.length - below.length - 1)) };
}

function problemOf(error: unknown): Problem {
  const { code, message, advice, details } = toErrorShape(error);
  return { code, message, advice, ...(details ? { details } : {}) };
}

const changedMeanwhile = ({ path }: OpenedFile): AppError =>
  new AppError('clients.file_changed', `${path} was changed meanwhile; nothing was written.`, {
    advice: 'Look at the change again, then confirm it.',
    retryable: true,
    details: { path },
  });

const notConnected = ({ name }: ClientApp): AppError =>
  new AppError('clients.not_connected', `The file of ${name} has no entry of this node.`, {
    advice: 'Connect it first.',
    details: { name },
  });
