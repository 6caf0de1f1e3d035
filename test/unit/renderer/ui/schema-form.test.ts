import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import {
  type Draft,
  draftOf,
  isEmpty,
  problemOf,
  valueOf,
} from '../../../../src-renderer/ui/schema-form/draft.ts';
import { describeSchema, type Field } from '../../../../src-renderer/ui/schema-form/model.ts';

const parts = (field: Field) => (field.kind === 'object' ? field.properties : []);
const part = (field: Field, name: string) => {
  const found = parts(field).find((property) => property.name === name);
  if (!found) throw new Error(`no property ${name}`);
  return found;
};

describe('what a schema becomes', () => {
  it('gives each kind of value its field', () => {
    const field = describeSchema({
      type: 'object',
      properties: {
        text: { type: 'string', maxLength: 20 },
        long: { type: 'string', maxLength: 5000 },
        count: { type: 'integer', minimum: 1 },
        flag: { type: 'boolean' },
        choice: { enum: ['a', 2, null] },
        titled: { oneOf: [{ const: 'x', title: 'The X' }, { const: 'y' }] },
        list: { type: 'array', items: { type: 'string' } },
        inner: { type: 'object', properties: { a: { type: 'number' } } },
        any: {},
        mixed: { type: ['string', 'number'] },
        maybe: { type: ['string', 'null'] },
        optional: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        either: { anyOf: [{ type: 'number' }, { type: 'object' }] },
        open: { type: 'object', additionalProperties: { type: 'string' } },
      },
    });
    expect(Object.fromEntries(parts(field).map(({ name, field: { kind } }) => [name, kind]))).toEqual({
      text: 'text',
      long: 'text',
      count: 'number',
      flag: 'flag',
      choice: 'choice',
      titled: 'choice',
      list: 'list',
      inner: 'object',
      any: 'json',
      mixed: 'json',
      maybe: 'text',
      optional: 'number',
      either: 'json',
      open: 'json',
    });
    expect(part(field, 'long').field).toMatchObject({ multiline: true });
    expect(part(field, 'titled').field).toMatchObject({ options: [{ label: 'The X' }, { label: 'y' }] });
  });

  it('follows references within the document, and writes recursive ones as JSON', () => {
    const field = describeSchema({
      type: 'object',
      $defs: {
        node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } },
        'a/b': { type: 'boolean' },
      },
      properties: {
        tree: { $ref: '#/$defs/node' },
        odd: { $ref: '#/$defs/a~1b' },
        far: { $ref: 'https://example.org' },
      },
    });
    expect(part(field, 'odd').field.kind).toBe('flag');
    expect(part(field, 'far').field.kind).toBe('json');
    let deepest = part(field, 'tree').field;
    while (deepest.kind === 'object') deepest = part(deepest, 'next').field;
    expect(deepest.kind).toBe('json');
  });

  it('has a field for anything that calls itself a schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (schema) => {
        const field = describeSchema(schema);
        valueOf(field, draftOf(field));
      }),
    );
  });

  it('keeps hostile property names apart from the form’s own', () => {
    const field = describeSchema(
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"},"a.b":{"type":"string"}}}'),
    );
    const draft = { p0: 'x', p1: 'y' };
    expect(JSON.stringify(valueOf(field, draft))).toContain('"a.b":"y"');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('from a form to arguments', () => {
  const schema = {
    type: 'object',
    required: ['name', 'inner', 'tags'],
    properties: {
      name: { type: 'string' },
      note: { type: 'string' },
      size: { type: 'number' },
      on: { type: 'boolean' },
      mode: { enum: ['fast', 'slow'] },
      tags: { type: 'array', items: { type: 'string' } },
      inner: { type: 'object', properties: { depth: { type: 'integer' } } },
      outer: { type: 'object', properties: { depth: { type: 'integer' } } },
      raw: {},
    },
  };
  const field = describeSchema(schema);

  it('leaves out what was not filled in, but never a required object or list', () => {
    expect(valueOf(field, draftOf(field))).toEqual({ tags: [], inner: {} });
  });

  it('brings back whatever it was given', () => {
    const given = fc.record(
      {
        name: fc.string({ minLength: 1 }),
        note: fc.string({ minLength: 1 }),
        size: fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => (Object.is(value, -0) ? 0 : value)),
        on: fc.boolean(),
        mode: fc.constantFrom('fast', 'slow'),
        tags: fc.array(fc.string({ minLength: 1 })),
        inner: fc.record({ depth: fc.integer() }),
        outer: fc.record({ depth: fc.integer() }),
        raw: fc.jsonValue(),
      },
      { requiredKeys: ['name', 'tags', 'inner'] },
    );
    fc.assert(
      fc.property(given, (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(valueOf(field, draftOf(field, plain))).toEqual(plain);
      }),
    );
  });

  it('starts from the schema’s defaults', () => {
    const withDefaults = describeSchema({
      type: 'object',
      properties: {
        days: { type: 'integer', default: 3 },
        unit: { enum: ['c', 'f'], default: 'f' },
        on: { type: 'boolean', default: false },
        tags: { type: 'array', items: { type: 'string' }, default: ['a'] },
      },
    });
    expect(valueOf(withDefaults, draftOf(withDefaults))).toEqual({
      days: 3,
      unit: 'f',
      on: false,
      tags: ['a'],
    });
  });
});

describe('problems', () => {
  const problem = (schema: object, draft: Draft, required = false) =>
    problemOf(describeSchema(schema), draft, required)?.key;

  it('names what is wrong', () => {
    expect(problem({ type: 'string' }, '', true)).toBe('required');
    expect(problem({ type: 'string' }, '')).toBeUndefined();
    expect(problem({ type: 'string', minLength: 3 }, 'ab')).toBe('short');
    expect(problem({ type: 'string', maxLength: 1 }, 'ab')).toBe('long');
    expect(problem({ type: 'string', pattern: '^a+$' }, 'ab')).toBe('pattern');
    expect(problem({ type: 'string', pattern: '(' }, 'ab')).toBeUndefined();
    expect(problem({ type: 'number' }, 'ten')).toBe('number');
    expect(problem({ type: 'number' }, 'Infinity')).toBe('number');
    expect(problem({ type: 'integer' }, '1.5')).toBe('integer');
    expect(problem({ type: 'number', minimum: 2 }, '1')).toBe('min');
    expect(problem({ type: 'number', maximum: 2 }, '3')).toBe('max');
    expect(problem({ type: 'number', exclusiveMinimum: 2 }, '2')).toBe('above');
    expect(problem({ type: 'number', exclusiveMaximum: 2 }, '2')).toBe('below');
    expect(problem({}, '{')).toBe('json');
    expect(problem({ type: 'array', items: {}, minItems: 2 }, [{ value: '1' }])).toBe('few');
    expect(problem({ type: 'array', items: {}, maxItems: 0 }, [{ value: '1' }])).toBe('many');
    expect(problem({ type: 'array', items: {}, minItems: 2 }, [])).toBeUndefined();
  });

  it('calls nothing empty that a person filled in', () => {
    expect(isEmpty({ a: '', b: { c: '' }, d: [] })).toBe(true);
    expect(isEmpty({ a: '', b: { c: '0' } })).toBe(false);
  });
});
