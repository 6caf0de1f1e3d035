/**
 * Our entry in the files of AI clients: found, planned, written, proven to be there, taken out again. Each write keeps a
 * copy first, notes what will be, then replaces the file in one step: a kill at any moment leaves the old file or the new
 * one, and a note that tells which.
 */
import { clientApp, clientApps, type ClientApp } from '#shared/features/clients/apps.ts';
import { lineDiff } from '#shared/features/clients/diff.ts';
import {
  httpEntry,
  type ReadEntry,
  readEntry,
  type StartCommand,
  stdioEntry,
} from '#shared/features/clients/entry.ts';
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
import { entryIn, withEntry } from '../edit/index.ts';
import { createBackups } from './backups.ts';
import { openFile, type OpenedFile, removeFile, replaceFile, requireWritable, sha256 } from './disk.ts';
import { fileOf, isInstalled, type Machine } from './locate.ts';
import { createFileRecords, type FileRecord } from './records.ts';
import { isOurs, recordOf, reversalOf } from './reversal.ts';

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
  /** Whether that program is at its place for this run only. */
  isPassing?: boolean;
}

/** Stands in an entry for HTTP where the token goes. */
const TOKEN_PLACE = '<token>';

/** A client's file: the client, and where the file is. */
interface Place {
  app: ClientApp;
  path: string;
}

export function createClientFiles(
  { db, clock, log }: ClientFilesDeps,
  options: ClientFilesOptions,
): ClientFiles {
  const records = createFileRecords(db);
  const backups = createBackups(options.backupDir);
  const reversing = { records, backups, read };

  function placeOf({ client, folder }: ClientTarget): Place {
    const app = clientApp(client);
    return { app, path: fileOf(app, options, folder) };
  }
  const open = ({ path }: Place): OpenedFile => openFile(path, options.home);

  function read(app: ClientApp, text: string | undefined): ReadEntry & { entry: unknown } {
    const entry = text === undefined ? undefined : entryIn(text, app);
    const current = { ...options.start('default'), dataDir: options.dataDir };
    return { entry, ...readEntry(entry, current) };
  }

  /** The file as it is, and its text with our entry. */
  function change(place: Place, profile: string): { file: OpenedFile; text: string } {
    const { app } = place;
    if (options.isPassing) throw passing(app);
    const file = open(place);
    const text = withEntry(file.text ?? '', app, stdioEntry(app.shape, options.start(profile)));
    requireWritable(file);
    return { file, text };
  }

  function connect(target: ClientTarget, profile: string, hash?: string): ClientFile {
    const place = placeOf(target);
    const { file, text } = change(place, profile);
    if (hash !== undefined && hash !== file.hash) throw changedMeanwhile(file);
    if (text !== file.text) {
      note(place, file, { profile, afterHash: sha256(text) });
      write(file, text);
      log.info({ client: place.app.id, file: file.path, profile }, 'an AI client was connected');
    }
    return describe(place, target.folder !== undefined);
  }

  /** Keeps a copy and notes how the write that follows is undone; what was noted of the present text goes on to hold. */
  function note({ app }: Place, file: OpenedFile, wrote: Pick<FileRecord, 'profile' | 'afterHash'>): void {
    const connectedAt = clock.now();
    const backup = keepCopy(app, file, connectedAt);
    const undo = file.text === undefined ? 'delete' : isOurs(read(app, file.text)) ? 'remove' : 'restore';
    const base = recordOf(records, file) ?? { undo, backup, beforeHash: file.hash };
    records.put({
      file: file.path,
      client: app.id,
      connectedAt,
      ...wrote,
      undo: base.undo,
      backup: base.backup,
      beforeHash: base.beforeHash,
    });
  }

  function keepCopy({ id }: ClientApp, file: OpenedFile, at: number): string | undefined {
    if (file.text === undefined) return undefined;
    const path = backups.pathFor(id, file, at);
    backups.keep(path, file);
    backups.prune(id, new Set([path, ...records.list().flatMap(({ backup }) => backup ?? [])]));
    return path;
  }

  /** Writes and reads again: what the disk holds now is what was meant. */
  function write(file: OpenedFile, text: string): void {
    // Between the look and this moment the client itself may have written.
    if (openFile(file.path, options.home).hash !== file.hash) throw changedMeanwhile(file);
    replaceFile(file, text);
    if (openFile(file.path, options.home).hash !== sha256(text)) throw changedMeanwhile(file);
  }

  function disconnect(place: Place): Removal {
    const file = open(place);
    const found = reversalOf(reversing, place.app, file);
    if (!found) throw notConnected(place.app);
    requireWritable(file);
    keepCopy(place.app, file, clock.now());
    if (found.text === undefined) removeFile(file);
    else write(file, found.text);
    records.remove(file.path);
    const { outcome } = found;
    log.info({ client: place.app.id, file: file.path, outcome }, 'an AI client was disconnected');
    return { client: place.app.id, file: file.path, outcome };
  }

  /** Nothing where we are not in the file; a file that cannot be read and that we never wrote to is not our concern. */
  function disconnectWhereOurs(place: Place): Removal[] {
    try {
      return reversalOf(reversing, place.app, open(place)) ? [disconnect(place)] : [];
    } catch (error) {
      if (!records.get(place.path)) return [];
      return [{ client: place.app.id, file: place.path, outcome: 'failed', problem: problemOf(error) }];
    }
  }

  function describe(place: Place, isProject: boolean): ClientFile {
    const { app, path } = place;
    const { id, name, format, takesEffect } = app;
    const installed = isProject || isInstalled(app, options);
    const facts = { id, name, installed, file: path, format, takesEffect };
    try {
      return { ...facts, ...stateOf(app, open(place)) };
    } catch (error) {
      return { ...facts, exists: true, entry: 'absent', problem: problemOf(error) };
    }
  }

  function stateOf(app: ClientApp, file: OpenedFile) {
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

  function planOf({ app }: Place, file: OpenedFile, text: string, kind: ClientPlan['change']): ClientPlan {
    const hasCopy = file.text !== undefined && kind !== 'none';
    return {
      client: app.id,
      file: file.path,
      change: kind,
      lines: lineDiff(file.text ?? '', text),
      hash: file.hash,
      ...(hasCopy ? { backup: backups.pathFor(app.id, file, clock.now()) } : {}),
      takesEffect: app.takesEffect,
    };
  }

  function kindOf(app: ClientApp, file: OpenedFile, text: string): ClientPlan['change'] {
    if (file.text === undefined) return 'create';
    if (text === file.text) return 'none';
    return read(app, file.text).entry === undefined ? 'add' : 'replace';
  }

  return {
    detect: () => clientApps.map(({ id }) => describe(placeOf({ client: id }), false)),
    plan(target, profile) {
      const place = placeOf(target);
      const { file, text } = change(place, profile);
      return planOf(place, file, text, kindOf(place.app, file, text));
    },
    planRemoval(target) {
      const place = placeOf(target);
      const file = open(place);
      const found = reversalOf(reversing, place.app, file);
      if (!found) return planOf(place, file, file.text ?? '', 'none');
      requireWritable(file);
      return planOf(place, file, found.text ?? '', found.outcome === 'restored' ? 'restore' : 'remove');
    },
    connect,
    disconnect: (target) => disconnect(placeOf(target)),
    disconnectAll() {
      const own = clientApps.map(({ id }) => placeOf({ client: id }));
      const known = new Set(own.map(({ path }) => path));
      // Files of projects, and those that an environment variable pointed at, are known from what was noted.
      const noted = records.list().filter(({ file }) => !known.has(file));
      const others = noted.map(({ client, file }) => ({ app: clientApp(client), path: file }));
      return [...own, ...others].flatMap(disconnectWhereOurs);
    },
    manual(target, profile) {
      const { app, path } = placeOf(target);
      const http = httpEntry(app.shape, { url: options.url(profile), token: TOKEN_PLACE });
      return {
        file: path,
        format: app.format,
        stdio: withEntry('', app, stdioEntry(app.shape, options.start(profile))),
        ...(http ? { http: withEntry('', app, http) } : {}),
      };
    },
    entry(target) {
      const place = placeOf(target);
      const file = open(place);
      const found = read(place.app, file.text);
      if (!isOurs(found)) throw notConnected(place.app);
      return { file: file.path, entry: found.entry, profile: found.profile ?? 'default' };
    },
  };
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

/** Whoever is next to own a path that a client starts is started by it. */
const passing = ({ name }: ClientApp): AppError =>
  new AppError(
    'clients.no_command',
    `${name} could not start this program again: it runs from a passing place.`,
    {
      advice: 'Connect by address instead, or install the package of this system.',
      details: { name },
    },
  );

const notConnected = ({ name }: ClientApp): AppError =>
  new AppError('clients.not_connected', `The file of ${name} has no entry of this node.`, {
    advice: 'Connect it first.',
    details: { name },
  });
