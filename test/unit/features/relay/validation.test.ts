import { describe, expect, it } from 'vitest';
import { createValidation } from '#main/features/relay/validation.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';

const toolWith = (inputSchema: object, outputSchema?: object): Tool => ({
  name: 't',
  inputSchema: inputSchema as Tool['inputSchema'],
  ...(outputSchema ? { outputSchema: outputSchema as Tool['inputSchema'] } : {}),
});
const check = (tool: Tool, args: object) =>
  createValidation().checkArguments(tool, fingerprintOf(tool), args as never);

describe('checkArguments', () => {
  const sum = toolWith({
    type: 'object',
    properties: { a: { type: 'number' } },
    required: ['a'],
    additionalProperties: false,
  });

  it('passes what fits and names the field that does not', () => {
    expect(() => check(sum, { a: 1 })).not.toThrow();
    expect(() => check(sum, { a: 'x' })).toThrow(
      expect.objectContaining({ code: 'relay.invalid_arguments', message: expect.stringContaining('/a') }),
    );
    expect(() => check(sum, { a: 1, b: 2 })).toThrow(
      expect.objectContaining({ message: expect.stringContaining('“b”') }),
    );
    expect(() => check(sum, {})).toThrow(expect.objectContaining({ code: 'relay.invalid_arguments' }));
  });

  it('understands 2020-12 and draft-07', () => {
    const modern = toolWith({
      type: 'object',
      properties: { p: { prefixItems: [{ type: 'string' }], items: false } },
    });
    expect(() => check(modern, { p: ['x', 1] })).toThrow();
    const old = toolWith({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { p: { items: [{ type: 'string' }] } },
    });
    expect(() => check(old, { p: [1] })).toThrow();
  });

  it('cannot be made to backtrack', () => {
    const evil = toolWith({ type: 'object', properties: { s: { type: 'string', pattern: '^(a+)+$' } } });
    expect(() => check(evil, { s: `${'a'.repeat(50_000)}!` })).toThrow(
      expect.objectContaining({ code: 'relay.invalid_arguments' }),
    );
  });

  it('refuses schemas that are too large, too deep, or refer outside', () => {
    let deep: object = { type: 'string' };
    for (let level = 0; level < 100; level++) deep = { properties: { x: deep } };
    const large = { type: 'object', description: 'x'.repeat(300_000) };
    const outside = { type: 'object', properties: { x: { $ref: 'https://example.invalid/schema.json' } } };
    for (const schema of [deep, large, outside])
      expect(() => check(toolWith(schema), {})).toThrow(
        expect.objectContaining({ code: 'relay.bad_schema' }),
      );
  });
});

describe('a hostile schema', () => {
  const refused = expect.objectContaining({ code: 'relay.bad_schema' });
  const checkOutput = (outputSchema: object, structuredContent: object) => {
    const tool = toolWith({ type: 'object' }, outputSchema);
    createValidation().checkResult(tool, fingerprintOf(tool), { structuredContent } as never);
  };

  it('is not answered by a promise, which would look like a yes', () => {
    expect(() => checkOutput({ $async: true, required: ['a'] }, {})).toThrow(refused);
  });

  it('is cut off where it takes exponential time', () => {
    const branch = (name: string) => ({
      allOf: [{ properties: { x: { $ref: '#/$defs/a' } } }, { required: [name] }],
    });
    const schema = { $ref: '#/$defs/a', $defs: { a: { anyOf: [branch('y'), branch('z')] } } };
    let value = {};
    for (let depth = 0; depth < 40; depth++) value = { x: value };
    expect(() => checkOutput(schema, value)).toThrow(refused);
  });

  it('is cut off where it compares everything with everything', () => {
    const items = Array.from({ length: 100_000 }, (_, n) => ({ n }));
    expect(() => checkOutput({ properties: { items: { uniqueItems: true } } }, { items })).toThrow(refused);
  });

  it('is refused where it is nested without end', () => {
    let deep: object = {};
    for (let depth = 0; depth < 50_000; depth++) deep = { not: deep };
    const tool = toolWith(deep);
    expect(() => createValidation().checkArguments(tool, 'f', {})).toThrow(refused);
  });

  it('of a recursive kind still checks what is honest', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#' }, n: { type: 'integer' } } };
    expect(() => checkOutput(tree, { child: { child: { n: 1 } } })).not.toThrow();
    expect(() => checkOutput(tree, { child: { child: { n: 'x' } } })).toThrow(
      expect.objectContaining({ code: 'relay.invalid_result' }),
    );
  });
});

describe('checkResult', () => {
  const tool = toolWith(
    { type: 'object' },
    { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  );
  const result = (value: object) => createValidation().checkResult(tool, fingerprintOf(tool), value as never);

  it('holds servers to their own output schema', () => {
    expect(() => result({ content: [], structuredContent: { n: 1 } })).not.toThrow();
    expect(() => result({ content: [], structuredContent: { n: 'x' } })).toThrow(
      expect.objectContaining({ code: 'relay.invalid_result' }),
    );
    expect(() => result({ content: [] })).toThrow(expect.objectContaining({ code: 'relay.invalid_result' }));
  });

  it('leaves failures and questions alone', () => {
    expect(() => result({ content: [], isError: true })).not.toThrow();
    expect(() => result({ resultType: 'input_required', inputRequests: {} })).not.toThrow();
  });
});

describe('what takes long', () => {
  it('is cut off, however small the schema of a stranger is', () => {
    const anyOf = Array.from({ length: 500 }, (_, index) => ({ const: `v${index}` }));
    const tool = toolWith({ type: 'object' }, { properties: { list: { type: 'array', items: { anyOf } } } });
    const list = Array.from({ length: 1_000_000 }, () => 'v499');
    const result = { content: [], structuredContent: { list } };
    expect(() => createValidation().checkResult(tool, fingerprintOf(tool), result)).toThrow(
      expect.objectContaining({ code: 'relay.bad_schema' }),
    );
  });

  it('has its own words where it has no end at all', () => {
    for (const schema of [
      { $ref: '#' },
      { allOf: [{ $ref: '#' }] },
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ]) {
      expect(() => check(toolWith(schema), {})).toThrow(
        expect.objectContaining({ code: 'relay.bad_schema' }),
      );
      expect(() => createValidation().checkConstraint('g', 't', JSON.stringify(schema), {})).toThrow(
        expect.objectContaining({ code: 'relay.bad_schema' }),
      );
    }
  });
});
