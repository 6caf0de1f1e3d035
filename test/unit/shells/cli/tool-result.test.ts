import { describe, expect, it } from 'vitest';
import { showResult } from '#main/shells/cli/tool-result.ts';

const text = (value: string) => ({ type: 'text', text: value });

describe('a tool’s result for a person', () => {
  it.each([
    ['texts as they are', { content: [text('one'), text('two')] }, 'one\ntwo'],
    ['nothing at all', { content: [] }, 'The tool returned nothing.'],
    [
      'a tool’s own error',
      { isError: true, content: [text('no such file')] },
      'The tool reported an error:\nno such file',
    ],
    ['structured content alone', { structuredContent: { a: 1 } }, '{\n  "a": 1\n}'],
    [
      'structured content beside its text',
      { content: [text('{"a":1}')], structuredContent: { a: 1 } },
      '{"a":1}',
    ],
    [
      'pictures by kind and size',
      { content: [{ type: 'image', mimeType: 'image/png', data: 'A'.repeat(4096) }] },
      '[image image/png, 3.0 KiB]',
    ],
    [
      'resources by their text',
      { content: [{ type: 'resource', resource: { uri: 'file:///a', text: 'inside' } }] },
      'inside',
    ],
    [
      'binary resources by address',
      { content: [{ type: 'resource', resource: { uri: 'file:///a', blob: 'AA==' } }] },
      '[resource file:///a]',
    ],
    [
      'links by address',
      { content: [{ type: 'resource_link', uri: 'file:///a', name: 'a' }] },
      '[link file:///a]',
    ],
    [
      'what is not known yet as JSON',
      { content: [{ type: 'hologram', size: 3 }] },
      '{"type":"hologram","size":3}',
    ],
  ])('shows %s', (_, result, expected) => {
    expect(showResult(result)).toBe(expected);
  });
});
