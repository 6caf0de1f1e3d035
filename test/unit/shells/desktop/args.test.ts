import { describe, expect, it } from 'vitest';
import { readArgs } from '#main/shells/desktop/args.ts';

describe('the application’s command line', () => {
  it('passes the options of the daemon on and keeps its own', () => {
    const args = readArgs([
      '--inspect=0',
      '--remote-debugging-port=0',
      '--no-sandbox',
      '/checkout',
      '--data-dir',
      '/data',
      '--mcp-port',
      '0',
      '--listen=/ip4/127.0.0.1/tcp/0',
      '--listen',
      '/ip6/::1/tcp/0',
      '--no-mdns',
      '--hidden',
      'toolswarm://join/abc',
    ]);
    expect(args).toEqual({
      dataDir: '/data',
      host: 'child',
      hidden: true,
      daemon: [
        '--listen',
        '/ip4/127.0.0.1/tcp/0',
        '--listen',
        '/ip6/::1/tcp/0',
        '--mcp-port',
        '0',
        '--no-mdns',
      ],
    });
  });

  it('has a default for everything, and leaves out options without a value', () => {
    expect(readArgs(['.'])).toEqual({ dataDir: undefined, host: 'child', hidden: false, daemon: [] });
    expect(readArgs(['--data-dir']).dataDir).toBeUndefined();
    expect(readArgs(['--mcp-port']).daemon).toEqual([]);
  });

  it('hosts the node where it is told to, and refuses other words', () => {
    expect(readArgs(['--node-host=main']).host).toBe('main');
    expect(readArgs(['--node-host', 'child']).host).toBe('child');
    expect(() => readArgs(['--node-host=utility'])).toThrow(
      expect.objectContaining({ code: 'desktop.wrong_option' }),
    );
  });
});
