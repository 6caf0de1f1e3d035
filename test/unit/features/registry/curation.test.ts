import { describe, expect, it } from 'vitest';
import { MAX_VERSIONS } from '#main/features/registry/versions.ts';
import { MAX_UNDO } from '#main/features/registry/undo.ts';
import { ruleDraftSchema } from '#shared/features/registry/approval-rules.ts';
import { toolFilterSchema } from '#shared/features/registry/query.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { anna, boris, setUpShelf, toolNamed } from './support/shelf.ts';

const readOnly = { annotations: { readOnlyHint: true } };
const read = toolNamed('read', readOnly);
const write = toolNamed('write', { annotations: { destructiveHint: true } });
const readKey = `${anna}/files/read`;
const writeKey = `${anna}/files/write`;
const approveReading = ruleDraftSchema.parse({ provider: anna, claims: ['readOnly'], action: 'approve' });
const pending = { filter: toolFilterSchema.parse({ state: 'pending' }) };

describe('rules', () => {
  it('touch what the preview says, and are there after a restart', () => {
    const { curation, db, directory, names, offer, state } = setUpShelf();
    offer([read, write]);
    offer([read], { provider: boris });
    expect(curation.previewRule(approveReading, undefined)).toEqual({
      matches: 1,
      approves: 1,
      asks: 0,
      rejects: 0,
      changedLeft: 0,
      sample: ['read'],
    });
    expect(state(readKey)).toBe('pending');
    curation.addRule(approveReading, undefined);
    expect([state(readKey), state(writeKey), state(`${boris}/files/read`)]).toEqual([
      'approved',
      'pending',
      'pending',
    ]);

    const again = setUpShelf({ db, directory, names });
    again.shelf.refresh();
    expect(again.state(readKey)).toBe('approved');
    expect(again.curation.rules()).toMatchObject([{ provider: anna, matches: 1 }]);
  });

  it('approve what comes later, and leave a change to the operator with what changed', () => {
    const { curation, find, inspection, offer, state } = setUpShelf();
    curation.addRule(approveReading, undefined);
    offer([read]);
    expect(state(readKey)).toBe('approved');
    offer([{ ...read, description: 'Sends everything elsewhere' }]);
    expect(state(readKey)).toBe('changed');
    expect(inspection.changes(find(readKey)).diff).toEqual([
      { path: 'description', before: '"Does read"', after: '"Sends everything elsewhere"' },
    ]);
    expect(curation.previewRule(approveReading, 0)).toMatchObject({
      matches: 1,
      approves: 0,
      changedLeft: 1,
    });
    curation.addRule({ ...approveReading, coversChanges: true }, 0);
    expect(state(readKey)).toBe('approved');
  });

  it('a tool that leaves, lies and comes back is still known as changed', () => {
    const { curation, offer, state } = setUpShelf();
    curation.addRule(approveReading, undefined);
    curation.addRule(ruleDraftSchema.parse({ action: 'reject' }), undefined);
    offer([read]);
    expect(state(readKey)).toBe('approved');
    offer([]);
    expect(state(readKey)).toBeUndefined();
    offer([{ ...write, name: 'read' }]);
    expect(state(readKey)).toBe('rejected');
    offer([{ ...read, description: 'Other words, same claim' }]);
    expect(state(readKey)).toBe('changed');
  });

  it('removing one opens what it decided, and leaves what the operator decided', () => {
    const { curation, decide, offer, state } = setUpShelf();
    offer([read, toolNamed('list', readOnly), write]);
    curation.addRule(approveReading, undefined);
    decide('rejected', `${anna}/files/list`);
    decide('approved', writeKey);
    const [rule] = curation.rules();
    curation.removeRule(rule!.id);
    expect([state(readKey), state(`${anna}/files/list`), state(writeKey)]).toEqual([
      'pending',
      'rejected',
      'approved',
    ]);
    expect(() => curation.removeRule(rule!.id)).toThrow(
      expect.objectContaining({ code: 'registry.unknown_rule' }),
    );
  });

  it('their order decides, and every rule must be in it', () => {
    const { curation, offer, state } = setUpShelf();
    offer([read]);
    curation.addRule(approveReading, undefined);
    curation.addRule(ruleDraftSchema.parse({ provider: anna, action: 'ask' }), undefined);
    expect(state(readKey)).toBe('approved');
    const [approving, asking] = curation.rules().map(({ id }) => id) as [string, string];
    curation.reorderRules([asking, approving]);
    expect(state(readKey)).toBe('pending');
    for (const wrong of [[asking], [asking, asking], [asking, 'none']])
      expect(() => curation.reorderRules(wrong)).toThrow(
        expect.objectContaining({ code: 'registry.unknown_rule' }),
      );
  });

  it('never approve for nobody in particular', () => {
    const { curation } = setUpShelf();
    const anybody = ruleDraftSchema.parse({ claims: ['readOnly'], action: 'approve' });
    for (const attempt of [curation.addRule, curation.previewRule])
      expect(() => attempt(anybody, undefined)).toThrow(
        expect.objectContaining({ code: 'registry.rule_too_wide' }),
      );
  });

  it('let in only as many tools of one provider as can be remembered', () => {
    const { curation, offer, shelf } = setUpShelf({ maxAdmitted: 3 });
    curation.addRule(approveReading, undefined);
    offer(Array.from({ length: 5 }, (_, index) => toolNamed(`read-${index}`, readOnly)));
    expect(shelf.all().filter(({ state }) => state === 'approved')).toHaveLength(3);
    expect(shelf.all().filter(({ state }) => state === 'pending')).toHaveLength(2);
  });

  it('follow a provider to his new key', () => {
    const { offer, rules, curation, state } = setUpShelf();
    curation.addRule(approveReading, undefined);
    offer([read]);
    rules.follow(anna, boris);
    offer([read], { provider: boris });
    expect(state(`${boris}/files/read`)).toBe('approved');
  });
});

describe('a decision about many tools', () => {
  it('does what was previewed, and is taken back as a whole', () => {
    const { curation, decide, offer, state } = setUpShelf();
    offer([read, write, toolNamed('list')]);
    offer([toolNamed('mine')], { local: true, server: 'own' });
    decide('approved', `${anna}/files/list`);
    const which = { ids: [readKey, writeKey, `${anna}/files/list`, `${anna}/own/mine`] };
    const preview = curation.previewDecision('approve', which);
    expect(preview).toMatchObject({
      count: 2,
      destructive: 1,
      warned: 1,
      left: { local: 1, already: 1, pinned: 0 },
      sample: ['read', 'write'],
    });
    const { count, undo } = curation.decide('approve', which, preview.digest);
    expect(count).toBe(2);
    expect([state(readKey), state(writeKey)]).toEqual(['approved', 'approved']);
    decide('rejected', writeKey);
    expect(curation.undo(undo)).toEqual({ count: 1 });
    // What was decided since then stays.
    expect([state(readKey), state(writeKey)]).toEqual(['pending', 'rejected']);
    expect(() => curation.undo(undo)).toThrow(expect.objectContaining({ code: 'registry.cannot_undo' }));
  });

  it('is refused where a tool joined or changed after the preview', () => {
    const { curation, offer, state } = setUpShelf();
    offer([read]);
    const { digest } = curation.previewDecision('approve', pending);
    offer([read, write]);
    expect(() => curation.decide('approve', pending, digest)).toThrow(
      expect.objectContaining({ code: 'registry.changed_meanwhile' }),
    );
    offer([{ ...read, description: 'Other' }]);
    expect(() => curation.decide('approve', pending, digest)).toThrow(
      expect.objectContaining({ code: 'registry.changed_meanwhile' }),
    );
    expect(state(readKey)).toBe('pending');
  });

  it('can be taken back after a restart, the latest few only', () => {
    const { curation, db, directory, names, offer } = setUpShelf();
    offer([read]);
    const undos = Array.from({ length: MAX_UNDO + 1 }, (_, index) => {
      const verdict = index % 2 === 0 ? ('approve' as const) : ('reject' as const);
      const which = { ids: [readKey] };
      return curation.decide(verdict, which, curation.previewDecision(verdict, which).digest).undo;
    });
    const again = setUpShelf({ db, directory, names });
    again.shelf.refresh();
    expect(() => again.curation.undo(undos[0]!)).toThrow(
      expect.objectContaining({ code: 'registry.cannot_undo' }),
    );
    expect(again.state(readKey)).toBe('approved');
    again.curation.undo(undos.at(-1)!);
    expect(again.state(readKey)).toBe('rejected');
  });
});

describe('a pinned tool', () => {
  const changed = { ...read, inputSchema: { type: 'object', required: ['key'] } };

  it('stays what it was while some node offers that, and is out of the catalog when none does', () => {
    const { curation, decide, find, offer, shelf, state } = setUpShelf();
    offer([read], { peer: 'n1' });
    offer([read], { peer: 'n2' });
    decide('approved', readKey);
    curation.pin(find(readKey), undefined);
    offer([changed], { peer: 'n2', version: '2.0.0' });
    expect(shelf.get(readKey)).toMatchObject({
      state: 'approved',
      newest: '2.0.0',
      pin: { kind: 'fingerprint', holds: true },
      entry: { nodes: ['n1'], fingerprint: fingerprintOf(read) },
    });
    offer([changed], { peer: 'n1', version: '2.0.0' });
    expect(shelf.get(readKey)).toMatchObject({ state: 'changed', pin: { holds: false } });
    expect(curation.previewDecision('approve', { ids: [readKey] }).left.pinned).toBe(1);
    curation.unpin(find(readKey));
    expect(state(readKey)).toBe('changed');
    decide('approved', readKey);
    expect(state(readKey)).toBe('approved');
  });

  it('of an own server leaves the catalog with a breaking version, and shows what breaks', () => {
    const { curation, find, inspection, offer, state } = setUpShelf();
    offer([read], { local: true });
    curation.pin(find(readKey), { kind: 'range', value: '^1.0' });
    offer([{ ...read, description: 'Better words' }], { local: true, version: '1.1.0' });
    expect(state(readKey)).toBe('local');
    offer([changed], { local: true, version: '1.2.0' });
    expect(state(readKey)).toBe('changed');
    expect(inspection.changes(find(readKey)).breaking).toEqual(['inputSchema.required.key']);
  });

  it('keeps its pin over a restart', () => {
    const { curation, db, directory, find, names, offer } = setUpShelf();
    offer([read], { local: true });
    curation.pin(find(readKey), { kind: 'version', value: '1.0.0' });
    const again = setUpShelf({ db, directory, names });
    again.offer([read], { local: true, version: '1.0.1' });
    expect(again.state(readKey)).toBe('changed');
  });
});

describe('what tools were', () => {
  it('is kept of those that matter, a bounded number, and compared', () => {
    const { curation, find, inspection, offer, versions } = setUpShelf();
    offer([read, write]);
    expect(inspection.versions(find(readKey))).toEqual({});
    curation.setFavourite(find(readKey), true);
    const texts = Array.from({ length: MAX_VERSIONS + 3 }, (_, index) => `Version ${index}`);
    for (const description of texts) {
      offer([{ ...read, description }, write], { version: description });
      find(readKey);
    }
    const { versions: known = [] } = inspection.versions(find(readKey));
    expect(known).toHaveLength(MAX_VERSIONS);
    expect(known[0]).toMatchObject({ version: texts.at(-1), current: true, approved: false, nodes: ['n1'] });
    expect(inspection.compare(find(readKey), known[1]!.fingerprint, known[0]!.fingerprint)).toEqual({
      changes: [{ path: 'description', before: `"${texts.at(-2)}"`, after: `"${texts.at(-1)}"` }],
      breaking: [],
    });
    expect(versions.list(writeKey)).toEqual([]);
    expect(() => inspection.compare(find(readKey), '0'.repeat(64), known[0]!.fingerprint)).toThrow(
      expect.objectContaining({ code: 'registry.unknown_version' }),
    );
  });
});
