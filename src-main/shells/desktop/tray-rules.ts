/** What the tray shows: state, words and menu, from what is known of the node. Pure. */
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { NodeHostState } from '#shared/features/desktop/host.ts';
import type { DesktopT } from './system-texts.ts';

/** What the program knows of its node at a moment. Parts stay away while there is no node to ask. */
export interface NodeFacts {
  host: NodeHostState;
  status?: NodeStatus | undefined;
  conditions?: Conditions | undefined;
  attention: readonly AttentionItem[];
}

export type TrayState = 'running' | 'starting' | 'offline' | 'attention';

/** Matters that somebody has to see to; hints can wait for the window. */
export const isUrgent = (item: AttentionItem): boolean => item.level !== 'hint';

export function trayStateOf({ host, attention }: NodeFacts): TrayState {
  if (host.state === 'starting' || host.state === 'stopping') return 'starting';
  if (host.state === 'stopped') return 'offline';
  if (host.state === 'failed') return 'attention';
  return attention.some(isUrgent) ? 'attention' : 'running';
}

/** One line that says how the node is; the first of the menu, and part of the tooltip. */
export function statusLine({ host, status, conditions }: NodeFacts, t: DesktopT): string {
  if (host.state !== 'running') return t(`desktop:status.${host.state}`);
  if (conditions?.sharing === 'paused')
    return t(`desktop:status.paused.${conditions.reasons[0] ?? 'person'}`);
  if (!status) return t('desktop:status.running');
  return t('desktop:status.connected', { count: status.peers });
}

/** The text of the symbol itself, for those who do not see it. */
export const tooltipOf = (facts: NodeFacts, t: DesktopT): string => {
  const urgent = facts.host.state === 'running' ? facts.attention.filter(isUrgent).length : 0;
  const lines = [`Toolswarm · ${statusLine(facts, t)}`];
  if (urgent > 0) lines.push(t('desktop:tray.waiting', { count: urgent }));
  return lines.join('\n');
};

export type MenuAction =
  | { do: 'open'; route?: string }
  | { do: 'window' | 'start' | 'stop' | 'pause' | 'resume' | 'quit' };

export type MenuItem =
  | { kind: 'separator' }
  /** Without an action it only says something. */
  | { kind: 'item'; id: string; label: string; action?: MenuAction; enabled: boolean; accelerator?: string };

/** Matters that the menu names; the rest are counted. */
const MOST_MATTERS = 5;

/** The menu as data. It works alone: on Linux a click on the symbol is not reliably reported. */
export function trayMenu(facts: NodeFacts, t: DesktopT): MenuItem[] {
  return joined([
    [says('status', statusLine(facts, t))],
    attentionItems(facts, t),
    [does('open', t('desktop:menu.open'), { do: 'open' })],
    [...powerItems(facts, t), ...sharingItems(facts, t)],
    [does('quit', t('desktop:menu.quit'), { do: 'quit' })],
  ]);
}

/** The same actions for the application's own menu, where they have keys. */
export function nodeMenu(facts: NodeFacts, t: DesktopT): MenuItem[] {
  return joined([
    [says('status', statusLine(facts, t))],
    [
      does('window', t('desktop:menu.newWindow'), { do: 'window' }, true, 'CmdOrCtrl+N'),
      does('settings', t('desktop:menu.settings'), { do: 'open', route: '/settings' }, true, 'CmdOrCtrl+,'),
    ],
    [...powerItems(facts, t), ...sharingItems(facts, t)],
    [does('quit', t('desktop:menu.quit'), { do: 'quit' }, true, 'CmdOrCtrl+Q')],
  ]);
}

/** Items in groups with lines between them; empty groups leave none. */
const joined = (groups: MenuItem[][]): MenuItem[] =>
  groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [{ kind: 'separator' as const }, ...group]));

const says = (id: string, label: string): MenuItem => ({ kind: 'item', id, label, enabled: false });
const does = (
  id: string,
  label: string,
  action: MenuAction,
  enabled = true,
  accelerator?: string,
): MenuItem => ({ kind: 'item', id, label, action, enabled, ...(accelerator ? { accelerator } : {}) });

/** Start and stop of the node: exactly one of them is there. */
function powerItems({ host }: NodeFacts, t: DesktopT): MenuItem[] {
  if (host.state === 'stopped' || host.state === 'failed')
    return [does('start', t('desktop:menu.start'), { do: 'start' })];
  // A node that somebody else started is not ours to stop.
  if (host.host === 'attached') return [];
  return [does('stop', t('desktop:menu.stop'), { do: 'stop' }, host.state !== 'stopping')];
}

/** Pausing is a person's; a pause by battery or a metered line ends by itself. */
function sharingItems({ host, conditions }: NodeFacts, t: DesktopT): MenuItem[] {
  if (host.state !== 'running' || !conditions) return [];
  if (conditions.reasons.includes('person'))
    return [does('resume', t('desktop:menu.resume'), { do: 'resume' })];
  return [does('pause', t('desktop:menu.pause'), { do: 'pause' })];
}

function attentionItems({ host, attention }: NodeFacts, t: DesktopT): MenuItem[] {
  if (host.state === 'failed') return [does('fault', t('desktop:menu.fault'), { do: 'open' })];
  if (host.state !== 'running') return [];
  const urgent = attention.filter(isUrgent);
  const shown = urgent.slice(0, MOST_MATTERS);
  const more = urgent.length - shown.length;
  return [
    ...shown.map((item) =>
      does(`attention:${item.id}`, attentionText(item, t), { do: 'open', route: routeOf(item) }),
    ),
    ...(more > 0 ? [does('more', t('desktop:menu.more', { count: more }), { do: 'open', route: '/' })] : []),
  ];
}

/** One matter in words. */
export const attentionText = ({ kind, count = 1, subject = '' }: AttentionItem, t: DesktopT): string =>
  t(`desktop:attention.${kind}`, { count, subject });

type Route = (item: AttentionItem) => string;
const to =
  (path: string): Route =>
  () =>
    path;
const server: Route = ({ subject }) => (subject ? `/servers/${encodeURIComponent(subject)}` : '/servers');
const proposal: Route = ({ ref = '' }) => `/network/protocol/${ref}`;

const ROUTES: Readonly<Record<AttentionItem['kind'], Route>> = {
  'tools.pending': to('/catalog'),
  'tools.changed': to('/catalog'),
  'tools.lacking': ({ ref = '' }) => `/catalog/${encodeURIComponent(ref)}`,
  'server.failed': server,
  'server.login': server,
  'access.request': to('/access/requests'),
  'access.strangers': to('/access/requests'),
  'fleet.guest': to('/network/nodes'),
  'fleet.removed': to('/network/nodes'),
  'provider.equivocated': to('/network'),
  'governance.vote': proposal,
  'governance.activation': proposal,
  'governance.waiting': proposal,
  'update.ready': to('/settings/start'),
  'identity.phrase': to('/'),
  'node.clock': to('/'),
  'node.storage': to('/'),
};

/** The page on which a matter is seen to. */
export const routeOf: Route = (item) => ROUTES[item.kind](item);
