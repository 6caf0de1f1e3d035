import { describe, expect, it } from 'vitest';
import { linkedTo } from '#shared/kernel/abort.ts';

describe('a linked controller', () => {
  it('aborts with any of its parents, for the same reason, and takes none of them along', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const { controller } = linkedTo(one.signal, two.signal);
    two.abort('late');
    expect(controller.signal.reason).toBe('late');
    expect(one.signal.aborted).toBe(false);
    const own = linkedTo(one.signal);
    own.controller.abort('enough');
    expect(one.signal.aborted).toBe(false);
  });

  it('is aborted at once where a parent is', () => {
    expect(linkedTo(new AbortController().signal, AbortSignal.abort('gone')).controller.signal.reason).toBe(
      'gone',
    );
  });

  it('hears nothing any more once it was released', () => {
    const parent = new AbortController();
    const { controller, release } = linkedTo(parent.signal);
    release();
    parent.abort();
    expect(controller.signal.aborted).toBe(false);
  });
});
