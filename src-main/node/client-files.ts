/** The files of the AI clients of this machine, for this node. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ClientFiles, createClientFiles } from '../features/clients/index.ts';
import type { DataDir } from '../platform/data-dir.ts';
import { bridgeCommand, isPassing } from './bridge-command.ts';
import type { Platform } from './platform.ts';

/** @param url where clients of a profile reach this node over HTTP */
export const openClientFiles = (
  deps: Pick<Platform, 'db' | 'clock' | 'log'>,
  dataDir: DataDir,
  url: (profile: string) => string,
): ClientFiles =>
  createClientFiles(deps, {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    dataDir: dataDir.root,
    backupDir: join(dataDir.root, 'client-files'),
    start: (profile) => bridgeCommand(dataDir.root, profile),
    url,
    isPassing: isPassing(process.env),
  });
