/** The part of the desktop's contract that concerns the operating system around it. */
import { z } from 'zod';
import { command, stream } from '../../kernel/contract.ts';
import { errorShapeSchema } from '../../kernel/rpc/index.ts';
import { deepLinkProblemSchema, deepLinkSchema } from './deep-links.ts';

/** Whether a keychain of the system protects what is given to it. */
export const keychainSchema = z.object({
  /**
   * `system`: only this person, signed in on this machine, opens it. `weak`: there is no keychain, what would be stored
   * could be read by whoever reads the disk. `none`: nothing can be stored at all. Only `system` is ever used.
   */
  level: z.enum(['system', 'weak', 'none']),
  /** The store's own name: `keychain`, `dpapi`, `gnome_libsecret`, `kwallet5`, `basic_text`, … */
  backend: z.string(),
  /** Whose passphrase of the keystore it holds: one that a person chose, or one that was made for this. Absent: off. */
  holds: z.enum(['person', 'program']).optional(),
});
export type KeychainView = z.output<typeof keychainSchema>;

export const updatesSchema = z.object({
  /**
   * `off`: no feed is configured, nothing is ever asked. `unsupported`: installed in a way that something else updates.
   * `ready`: downloaded and verified, waits for a person.
   */
  state: z.enum(['off', 'unsupported', 'idle', 'checking', 'downloading', 'ready', 'failed']),
  feed: z.string().optional(),
  /** The Ed25519 key that must have signed a release, in the form of a provider id (`z6Mk…`). */
  publicKey: z.string().optional(),
  /** What is being downloaded, or is ready. */
  version: z.string().optional(),
  checkedAt: z.number().optional(),
  fault: z.optional(errorShapeSchema),
});
export type UpdatesView = z.output<typeof updatesSchema>;

export const systemStateSchema = z.object({
  /** Whether this desktop shows the tray's symbol; without one a second start opens the window. */
  tray: z.boolean(),
  autostart: z.object({ supported: z.boolean(), on: z.boolean() }),
  notifications: z.object({ supported: z.boolean(), on: z.boolean() }),
  keychain: keychainSchema,
  updates: updatesSchema,
});
export type SystemState = z.output<typeof systemStateSchema>;

/** A link from outside that waits for the person: what it asks for, or why it is refused. */
export const pendingLinkSchema = z.object({
  id: z.string(),
  link: deepLinkSchema.optional(),
  problem: deepLinkProblemSchema.optional(),
});
export type PendingLink = z.output<typeof pendingLinkSchema>;

const onOff = z.object({ on: z.boolean() });

export const desktopSystemContract = {
  'desktop.watchSystem': stream(
    'What ties the application to the system, again whenever it changed.',
    z.object({}),
    systemStateSchema,
  ),
  'desktop.setLanguage': command(
    'The language that the window speaks; tray, menus and notifications follow.',
    z.object({ language: z.string().max(20) }),
    z.object({}),
  ),
  'desktop.setAutostart': command(
    'Starts the application, hidden, when the person signs in; or no longer.',
    onOff,
    z.object({}),
  ),
  'desktop.setNotifications': command(
    'Notifies of what needs a decision, or no longer.',
    onOff,
    z.object({}),
  ),
  'desktop.setKeychain': command(
    'Protects the keys by the system’s keychain, or no longer. `passphrase` is the present one, where a person chose it.',
    onOff.extend({ passphrase: z.string().min(1).max(1024).optional() }),
    z.object({}),
  ),
  'desktop.revealPassphrase': command(
    'The passphrase that the keychain holds, so that a person can keep a copy elsewhere.',
    z.object({}),
    z.object({ passphrase: z.string() }),
  ),
  'desktop.setUpdates': command(
    'Where updates come from and whose signature they must carry; without a feed updates are off.',
    z.object({ feed: z.string().max(2048).optional(), publicKey: z.string().max(64).optional() }),
    z.object({}),
  ),
  'desktop.checkForUpdates': command(
    'Looks for a newer version now and downloads it.',
    z.object({}),
    z.object({}),
  ),
  'desktop.installUpdate': command(
    'Installs the version that is ready and starts again.',
    z.object({}),
    z.object({}),
  ),
  'desktop.watchLinks': stream(
    'Links from outside that wait for the person, oldest first.',
    z.object({}),
    z.object({ items: z.array(pendingLinkSchema) }),
  ),
  'desktop.closeLink': command('The person has answered a link.', z.object({ id: z.string() }), z.object({})),
  'desktop.fetchLink': command(
    'Reads the server.json that a link names; only after the person agreed.',
    z.object({ id: z.string() }),
    z.object({ text: z.string() }),
  ),
};
