/**
 * Checks arguments and results against a tool's JSON Schemas (draft 2020-12 by default, draft-07 where the schema says
 * so). Schemas come from strangers: they are bounded in size and depth, refer to nothing outside themselves, and their
 * patterns run on RE2, which cannot be made to backtrack.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import type { Tool } from '#shared/features/registry/tool.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';

/** Larger schemas are refused: compiling them would cost more than any call. */
const MAX_SCHEMA_CHARS = 256 * 1024;
const MAX_SCHEMA_DEPTH = 64;
/** Compiled pairs kept, by fingerprint; the least recently used go first. */
const MAX_COMPILED = 500;
/** Problems named in one refusal. */
const MAX_PROBLEMS = 8;

export interface Validation {
  /** Throws `relay.invalid_arguments` with paths, or `relay.bad_schema`. */
  checkArguments(tool: Tool, fingerprint: string, args: JsonObject): void;
  /** Throws `relay.invalid_result` or `relay.bad_schema`. A result that says `isError` is not checked. */
  checkResult(tool: Tool, fingerprint: string, result: JsonObject): void;
}

interface Compiled {
  input: ValidateFunction;
  output: ValidateFunction | undefined;
}

export function createValidation(): Validation {
  const compiled = new Map<string, Compiled>();

  function compiledFor(tool: Tool, fingerprint: string): Compiled {
    const found = compiled.get(fingerprint) ?? {
      input: compile(tool.inputSchema),
      output: tool.outputSchema && compile(tool.outputSchema),
    };
    compiled.delete(fingerprint);
    compiled.set(fingerprint, found);
    if (compiled.size > MAX_COMPILED) compiled.delete(compiled.keys().next().value as string);
    return found;
  }

  return {
    checkArguments(tool, fingerprint, args) {
      const { input } = compiledFor(tool, fingerprint);
      if (!input(args)) throw problem('relay.invalid_arguments', input.errors);
    },
    checkResult(tool, fingerprint, result) {
      const { output } = compiledFor(tool, fingerprint);
      if (!output || result.isError === true || result.resultType === 'input_required') return;
      if (result.structuredContent === undefined)
        throw relayError('relay.invalid_result', 'It has no structured content.');
      if (!output(result.structuredContent)) throw problem('relay.invalid_result', output.errors);
    },
  };
}

function problem(
  code: 'relay.invalid_arguments' | 'relay.invalid_result',
  errors: ErrorObject[] | null | undefined,
) {
  const problems = (errors ?? []).slice(0, MAX_PROBLEMS).map(describe);
  return relayError(code, `${problems.join('; ')}.`, { problems });
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const extra = 'additionalProperty' in params ? ` (“${String(params.additionalProperty)}”)` : '';
  return `${instancePath || 'the whole'} ${message ?? 'is wrong'}${extra}`;
}

function compile(schema: Tool['inputSchema']): ValidateFunction {
  const json = schema as JsonObject;
  if (JSON.stringify(json).length > MAX_SCHEMA_CHARS || depthOf(json) > MAX_SCHEMA_DEPTH)
    throw relayError('relay.bad_schema', 'It is too large or too deep.');
  try {
    // A fresh instance each time: `$id`s of strangers must not meet.
    return instanceFor(json).compile(json);
  } catch (error) {
    throw relayError('relay.bad_schema', (error as Error).message.slice(0, 200));
  }
}

const OPTIONS = {
  strict: false,
  allErrors: false,
  validateSchema: false,
  logger: false,
  code: { regExp: Object.assign(linearRegExp, { code: 'linearRegExp' }) },
} as const;

function instanceFor(schema: JsonObject): Ajv {
  const dialect = typeof schema.$schema === 'string' ? schema.$schema : '';
  const ajv = /draft-0[4-7]/.test(dialect) ? new Ajv(OPTIONS) : (new Ajv2020(OPTIONS) as unknown as Ajv);
  addFormats.default(ajv, { mode: 'fast' });
  return ajv;
}

/** Patterns beyond RE2 (look-around, back-references) are left to the server that declared them. */
function linearRegExp(pattern: string): { test(text: string): boolean } & RegExp {
  return { test: testerOf(pattern) } as { test(text: string): boolean } & RegExp;
}

function testerOf(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return (text) => compiled.matcher(text).find();
  } catch {
    return () => true;
  }
}

function depthOf(value: JsonValue, depth = 0): number {
  if (depth > MAX_SCHEMA_DEPTH || value === null || typeof value !== 'object') return depth;
  return Math.max(depth, ...Object.values(value).map((item) => depthOf(item, depth + 1)));
}
