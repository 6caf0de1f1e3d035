import { describe, expect, it } from 'vitest';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import { attentionKindSchema } from '#shared/features/node/attention.ts';
import { pauseReasonSchema } from '#shared/features/node/conditions.ts';
import { createSystemTexts } from '#main/shells/desktop/system-texts.ts';
import {
  attentionText,
  type MenuItem,
  type NodeFacts,
  nodeMenu,
  routeOf,
  statusLine,
  tooltipOf,
  trayMenu,
  trayStateOf,
} from '#main/shells/desktop/tray-rules.ts';

const { t } = createSystemTexts('en');
const LANGUAGES = ['en', 'ru', 'ar'] as const;
const STATES = ['starting', 'running', 'stopping', 'stopped', 'failed'] as const;

const conditions = (part: Partial<Conditions> = {}): Conditions => ({
  sharing: 'on',
  reasons: [],
  machine: {},
  ...part,
});
const status = (peers: number) => ({ peers }) as NodeStatus;
const matter = (part: Partial<AttentionItem> = {}): AttentionItem => ({
  id: 'tools.pending',
  kind: 'tools.pending',
  level: 'decide',
  count: 3,
  since: 0,
  ...part,
});
const facts = (
  part: Partial<Omit<NodeFacts, 'host'>> & {
    state?: NodeFacts['host']['state'];
    host?: NodeFacts['host']['host'];
  } = {},
): NodeFacts => ({
  attention: [],
  conditions: conditions(),
  status: status(2),
  ...part,
  host: { host: part.host ?? 'child', state: part.state ?? 'running' },
});
const idsOf = (items: MenuItem[]) => items.map((item) => (item.kind === 'separator' ? '-' : item.id));
const itemOf = (items: MenuItem[], id: string) =>
  items.find((item): item is Extract<MenuItem, { kind: 'item' }> => item.kind === 'item' && item.id === id);

describe('the symbol', () => {
  it('tells four states apart', () => {
    expect(STATES.map((state) => trayStateOf(facts({ state })))).toEqual([
      'starting',
      'running',
      'starting',
      'offline',
      'attention',
    ]);
  });

  it('asks for attention where something cannot wait, and not for hints', () => {
    expect(trayStateOf(facts({ attention: [matter()] }))).toBe('attention');
    expect(trayStateOf(facts({ attention: [matter({ level: 'mend' })] }))).toBe('attention');
    expect(trayStateOf(facts({ attention: [matter({ level: 'hint' })] }))).toBe('running');
  });

  it('has a text in every state and language', () => {
    for (const language of LANGUAGES) {
      const words = createSystemTexts(language).t;
      const texts = STATES.map((state) => tooltipOf(facts({ state }), words));
      expect(new Set(texts).size).toBe(STATES.length);
      for (const text of texts) expect(text).toMatch(/^Toolswarm · \S/);
    }
  });

  it('counts what waits', () => {
    const two = [
      matter(),
      matter({ id: 'tools.changed', kind: 'tools.changed' }),
      matter({ id: 'x', level: 'hint' }),
    ];
    expect(tooltipOf(facts({ attention: two }), t)).toBe(
      'Toolswarm · Running, 2 peers connected\n2 matters wait for you',
    );
  });
});

describe('the line of the state', () => {
  it('counts peers by the rules of the language', () => {
    const say = (language: string, peers: number) =>
      statusLine(facts({ status: status(peers) }), createSystemTexts(language).t);
    expect(say('en', 1)).toBe('Running, 1 peer connected');
    expect(say('ru', 3)).toBe('Работает, подключены 3 узла');
    expect(say('ru', 5)).toBe('Работает, подключено 5 узлов');
    expect(say('ar', 2)).toBe('تعمل، نظيران متصلان');
  });

  it('says why nothing is shared, in every language', () => {
    for (const language of LANGUAGES)
      for (const reason of pauseReasonSchema.options) {
        const paused = facts({ conditions: conditions({ sharing: 'paused', reasons: [reason] }) });
        expect(statusLine(paused, createSystemTexts(language).t)).not.toContain('status.');
      }
  });

  it('knows nothing of peers before it was told', () => {
    expect(statusLine(facts({ status: undefined, conditions: undefined }), t)).toBe('Running');
  });
});

describe('the menu of the tray', () => {
  it('works alone', () => {
    expect(idsOf(trayMenu(facts(), t))).toEqual(['status', '-', 'open', '-', 'stop', 'pause', '-', 'quit']);
  });

  it('offers what fits the state', () => {
    const idsIn = (state: NodeFacts['host']['state']) =>
      idsOf(trayMenu(facts({ state }), t)).filter((id) => id !== '-');
    expect(idsIn('stopped')).toEqual(['status', 'open', 'start', 'quit']);
    expect(idsIn('failed')).toEqual(['status', 'fault', 'open', 'start', 'quit']);
    expect(idsIn('starting')).toEqual(['status', 'open', 'stop', 'quit']);
    expect(itemOf(trayMenu(facts({ state: 'stopping' }), t), 'stop')?.enabled).toBe(false);
  });

  it('does not stop a node that somebody else started', () => {
    expect(idsOf(trayMenu(facts({ host: 'attached' }), t))).not.toContain('stop');
  });

  it('resumes what a person paused, and pauses what a machine paused', () => {
    const paused = (reasons: Conditions['reasons']) =>
      idsOf(trayMenu(facts({ conditions: conditions({ sharing: 'paused', reasons }) }), t));
    expect(paused(['person', 'battery'])).toContain('resume');
    expect(paused(['battery'])).toContain('pause');
  });

  it('offers no pause where the node knows none', () => {
    const ids = idsOf(trayMenu(facts({ conditions: undefined }), t));
    expect(ids).not.toContain('pause');
    expect(ids).not.toContain('resume');
  });

  it('leads to what waits, five by name and the rest by number', () => {
    const many = Array.from({ length: 7 }, (_, index) =>
      matter({ id: `server.failed:${index}`, kind: 'server.failed', level: 'mend', subject: `s ${index}` }),
    );
    const menu = trayMenu(facts({ attention: many }), t);
    expect(itemOf(menu, 'attention:server.failed:0')).toMatchObject({
      label: 's 0 does not run',
      action: { do: 'open', route: '/servers/s%200' },
    });
    expect(itemOf(menu, 'attention:server.failed:5')).toBeUndefined();
    expect(itemOf(menu, 'more')?.label).toBe('2 more…');
  });

  it('says only what the state says', () => {
    expect(itemOf(trayMenu(facts(), t), 'status')).toMatchObject({ enabled: false });
  });
});

it('every matter has words in every language, and a page', () => {
  for (const kind of attentionKindSchema.options) {
    for (const language of LANGUAGES) {
      const text = attentionText(matter({ kind, subject: 'files' }), createSystemTexts(language).t);
      expect(text).not.toContain('attention.');
      expect(text).not.toContain('{{');
    }
    expect(routeOf(matter({ kind }))).toMatch(/^\//);
  }
});

it('the menu of the application holds what the tray holds', () => {
  const actionsIn = (items: MenuItem[]) =>
    items.flatMap((item) => (item.kind === 'item' && item.action ? [item.action.do] : []));
  for (const state of STATES) {
    const inTray = actionsIn(trayMenu(facts({ state }), t));
    expect(actionsIn(nodeMenu(facts({ state }), t))).toEqual(expect.arrayContaining([...new Set(inTray)]));
  }
});

it('a language that nobody translated is English', () => {
  expect(createSystemTexts('xx-YY').language()).toBe('en');
  expect(createSystemTexts('ru-RU').language()).toBe('ru');
});
