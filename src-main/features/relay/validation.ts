/**
 * Checks arguments and results against a tool's JSON Schemas (draft 2020-12 by default, draft-07 where the schema says
 * so). Schemas come from strangers: they are bounded in size and depth, refer to nothing outside themselves, their
 * patterns run on RE2, which cannot be made to backtrack, and whatever may take long to compile or check is cut off.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import type { Tool } from '#shared/features/registry/tool.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { withinTime } from './time-limit.ts';

/** Larger schemas are refused: compiling them would cost more than any call. */
const MAX_SCHEMA_CHARS = 256 * 1024;
const MAX_SCHEMA_DEPTH = 64;
/** Compiled pairs kept, by fingerprint; the least recently used go first. */
const MAX_COMPILED = 500;
/** Problems named in one refusal. */
const MAX_PROBLEMS = 8;
/** Compiling a schema, or checking one value, may take this long; nothing else of the node runs meanwhile. */
const MAX_CHECK_MS = 1000;
/** Schemas beyond this many characters are checked against the clock. */
const MAX_TRUSTED_CHARS = 16 * 1024;
/** Values are checked against the clock where characters of schema times those of the value come to more than this. */
const MAX_TRUSTED_WORK = 16 * 1024 * 1024;
/** With these a small schema can take exponential or quadratic time, or a thousand steps for each character of a text. */
const COSTLY = /"(\$ref|\$dynamicRef|\$recursiveRef|uniqueItems|pattern|patternProperties|format)"/;

export interface Validation {
  /**
   * Checks arguments against the JSON Schema (as text) of a grant. Throws `access.grant_arguments`, or `relay.bad_schema`
   * where the schema cannot be used: a constraint that cannot be checked lets nothing through.
   */
  checkConstraint(grant: string, tool: string, schema: string, args: JsonObject): void;
  /** Throws `relay.invalid_arguments` with paths, or `relay.bad_schema`. */
  checkArguments(tool: Tool, fingerprint: string, args: JsonObject): void;
  /** Throws `relay.invalid_result` or `relay.bad_schema`. A result that says `isError` is not checked. */
  checkResult(tool: Tool, fingerprint: string, result: JsonObject): void;
}

/** Returns what is wrong with a value; undefined where nothing is. */
type Check = (value: unknown) => ErrorObject[] | undefined;

interface Compiled {
  input: Check;
  output: Check | undefined;
}

export function createValidation(): Validation {
  const compiled = new Map<string, Compiled>();

  function kept(key: string, make: () => Compiled): Compiled {
    const found = compiled.get(key) ?? make();
    compiled.delete(key);
    compiled.set(key, found);
    if (compiled.size > MAX_COMPILED) compiled.delete(compiled.keys().next().value as string);
    return found;
  }

  const compiledFor = (tool: Tool, fingerprint: string): Compiled =>
    kept(fingerprint, () => ({
      input: compile(tool.inputSchema),
      output: tool.outputSchema && compile(tool.outputSchema),
    }));

  return {
    checkConstraint(grant, tool, schema, args) {
      const constraint = kept(`${grant} ${tool}`, () => ({
        input: compileConstraint(schema),
        output: undefined,
      }));
      const problems = constraint.input(args);
      if (problems) throw problem('access.grant_arguments', problems);
    },
    checkArguments(tool, fingerprint, args) {
      const problems = compiledFor(tool, fingerprint).input(args);
      if (problems) throw problem('relay.invalid_arguments', problems);
    },
    checkResult(tool, fingerprint, result) {
      const { output } = compiledFor(tool, fingerprint);
      if (!output || result.isError === true || result.resultType === 'input_required') return;
      if (result.structuredContent === undefined)
        throw relayError('relay.invalid_result', 'It has no structured content.');
      const problems = output(result.structuredContent);
      if (problems) throw problem('relay.invalid_result', problems);
    },
  };
}

function problem(
  code: 'relay.invalid_arguments' | 'relay.invalid_result' | 'access.grant_arguments',
  errors: ErrorObject[],
) {
  const problems = errors.slice(0, MAX_PROBLEMS).map(describe);
  return relayError(code, `${problems.join('; ')}.`, { problems });
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const extra = 'additionalProperty' in params ? ` (“${String(params.additionalProperty)}”)` : '';
  return `${instancePath || 'the whole'} ${message ?? 'is wrong'}${extra}`;
}

/** Throws `relay.bad_schema` for what is no JSON Schema, and for patterns that cannot be checked in linear time. */
export function compileConstraint(text: string): Check {
  return compile(constraintIn(text), strictRegExp);
}

function constraintIn(text: string): JsonObject {
  try {
    const schema = JSON.parse(text) as JsonValue;
    if (schema !== null && typeof schema === 'object' && !Array.isArray(schema)) return schema;
  } catch (error) {
    throw relayError('relay.bad_schema', (error as Error).message.slice(0, 200));
  }
  throw relayError('relay.bad_schema', 'It is no object.');
}

function compile(schema: Tool['inputSchema'], patterns: PatternMaker = linearRegExp): Check {
  const json = schema as JsonObject;
  // The depth first: writing what is nested without end exhausts the stack.
  const text = depthOf(json) > MAX_SCHEMA_DEPTH ? undefined : JSON.stringify(json);
  if (text === undefined || text.length > MAX_SCHEMA_CHARS)
    throw relayError('relay.bad_schema', 'It is too large or too deep.');
  const validate = limited(() => compiledBy(json, patterns));
  const check: Check = (value) => (validate(value) ? undefined : (validate.errors ?? []));
  const isCostly = text.length > MAX_TRUSTED_CHARS || COSTLY.test(text);
  const trusted = isCostly ? 0 : Math.floor(MAX_TRUSTED_WORK / text.length);
  return (value) => (isLarger(value, trusted) ? limited(() => check(value)) : check(value));
}

function compiledBy(schema: JsonObject, patterns: PatternMaker): ValidateFunction {
  // An asynchronous schema answers with a promise, which looks like a yes.
  if ('$async' in schema) throw relayError('relay.bad_schema', 'It is asynchronous.');
  try {
    // A fresh instance each time: `$id`s of strangers must not meet.
    return instanceFor(schema, patterns).compile(schema);
  } catch (error) {
    throw relayError('relay.bad_schema', (error as Error).message.slice(0, 200));
  }
}

function limited<T>(work: () => T): T {
  try {
    return withinTime(MAX_CHECK_MS, work, () => relayError('relay.bad_schema', 'It takes too long to use.'));
  } catch (error) {
    // Schemas that refer to themselves without end exhaust the stack.
    if (error instanceof RangeError) throw relayError('relay.bad_schema', 'It has no end.');
    throw error;
  }
}

/** Whether a value is nested deep or has more than so many characters as JSON, about; counting ends just beyond them. */
function isLarger(value: unknown, most: number): boolean {
  let left = most;
  const count = (part: unknown, depth: number): void => {
    left -= typeof part === 'string' ? part.length + 2 : 4;
    if (depth > MAX_SCHEMA_DEPTH) left = -1;
    if (left < 0 || part === null || typeof part !== 'object') return;
    for (const key in part) {
      left -= key.length;
      count((part as Record<string, unknown>)[key], depth + 1);
      if (left < 0) return;
    }
  };
  count(value, 0);
  return left < 0;
}

const OPTIONS = {
  strict: false,
  allErrors: false,
  validateSchema: false,
  logger: false,
} as const;

function instanceFor(schema: JsonObject, patterns: PatternMaker): Ajv {
  const dialect = typeof schema.$schema === 'string' ? schema.$schema : '';
  const options = { ...OPTIONS, code: { regExp: Object.assign(patterns, { code: 'linearRegExp' }) } };
  const ajv = /draft-0[4-7]/.test(dialect) ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv, { mode: 'fast' });
  return ajv;
}

type PatternMaker = (pattern: string) => { test(text: string): boolean } & RegExp;

/** Patterns beyond RE2 (look-around, back-references) are left to the server that declared them. */
function linearRegExp(pattern: string): { test(text: string): boolean } & RegExp {
  return { test: testerOf(pattern) } as { test(text: string): boolean } & RegExp;
}

/** A pattern that is not understood must not let everything through where it is the operator's own limit. */
function strictRegExp(pattern: string): { test(text: string): boolean } & RegExp {
  return { test: re2(pattern) } as { test(text: string): boolean } & RegExp;
}

function re2(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return (text) => compiled.matcher(text).find();
}

function testerOf(pattern: string): (text: string) => boolean {
  try {
    return re2(pattern);
  } catch {
    return () => true;
  }
}

/** How deep a value is nested; counting ends just beyond the limit. */
function depthOf(value: JsonValue, depth = 0): number {
  if (depth > MAX_SCHEMA_DEPTH || value === null || typeof value !== 'object') return depth;
  return Object.values(value).reduce<number>((most, item) => Math.max(most, depthOf(item, depth + 1)), depth);
}
