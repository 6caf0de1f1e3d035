import { describe, expect, it } from 'vitest';
import { runNodeInside } from '#main/shells/desktop/node-run-main.ts';

describe('a node inside of the window’s program', () => {
  it('is refused in words where the runtime is too old', () => {
    expect(() => runNodeInside({ bundle: '/none', args: [], env: {} }, '20.18.1')).toThrow(
      expect.objectContaining({
        code: 'desktop.runtime_too_old',
        message: expect.stringContaining('20.18.1') as string,
      }),
    );
    expect(runNodeInside({ bundle: '/none', args: [], env: {} }, '22.0.0')).toBeTypeOf('function');
  });

  it('says that it could not be loaded, and is over then', async () => {
    const run = runNodeInside(
      { bundle: '/no/such/bundle.js', args: [], env: {} },
      '24.0.0',
    )({
      onPhase: () => undefined,
    });
    await expect(run.ready).rejects.toMatchObject({ code: 'desktop.node_not_started' });
    expect(await run.ended).toMatchObject({ fault: { code: 'desktop.node_not_started' } });
    await run.stop();
  });
});
