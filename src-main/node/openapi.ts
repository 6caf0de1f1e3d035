/** The OpenAPI 3.1 description of the HTTP API, derived from the contract and from nothing else. */
import { z } from 'zod';
import type { ApiScope } from '#shared/features/node/contract.ts';
import { toHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Contract, Procedure } from '#shared/kernel/contract.ts';

export interface DescribeApiOptions {
  productVersion: string;
  /** Procedures without a scope are not served over HTTP and left out. */
  scopeNeeded: (name: string) => ApiScope | undefined;
}

export function describeApi(contract: Contract, { productVersion, scopeNeeded }: DescribeApiOptions): object {
  const paths: Record<string, object> = {};
  for (const [name, procedure] of Object.entries(contract)) {
    const scope = scopeNeeded(name);
    if (scope) paths[`/api/v1/${name}`] = { post: describeOperation(name, procedure, scope) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Toolswarm node',
      version: productVersion,
      description:
        'Every call of the node on this machine. Tokens come from `toolswarm api create NAME --scope read|operate`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The node that gave this document.' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR_SCHEMA },
      responses: { Error: ERROR_RESPONSE },
    },
  };
}

function describeOperation(
  name: string,
  { kind, summary, input, output }: Procedure,
  scope: ApiScope,
): object {
  return {
    operationId: name,
    tags: [name.slice(0, name.lastIndexOf('.'))],
    summary,
    description: `A ${kind}. Needs a token of scope \`${scope}\`.`,
    requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(input, 'input') } } },
    responses: {
      200: kind === 'stream' ? eventStream(output) : success(output),
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

const success = (output: z.ZodType): object => ({
  description: 'The result.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['ok', 'data'],
        properties: { ok: { const: true }, data: jsonSchema(output, 'output') },
      },
    },
  },
});

const eventStream = (output: z.ZodType): object => ({
  description:
    'Server-sent events: `item` with one item as JSON each, then `end`, or `error` with an error as JSON.',
  content: {
    'text/event-stream': { schema: { type: 'string' }, 'x-item-schema': jsonSchema(output, 'output') },
  },
});

/** A schema that names itself is described where it stands; what it refers to lies inside of it, and is named from there. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if (!('$defs' in rest)) return rest;
  // References begin at the root of what has an `$id`, and not of the whole document.
  return { $id: `urn:toolswarm:schema:${hashOf(rest)}`, ...rest };
}

const hashOf = (schema: object): string => toHex(sha256Bytes(utf8(JSON.stringify(schema)))).slice(0, 16);

const ERROR_SCHEMA = {
  type: 'object',
  required: ['code', 'message', 'advice', 'retryable'],
  properties: {
    code: { type: 'string', description: 'Stable, dotted, lower case.' },
    message: { type: 'string', description: 'What happened, for a person.' },
    advice: { type: 'string', description: 'What to do next, for a person.' },
    retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
    details: { type: 'object', additionalProperties: true },
  },
};

const ERROR_RESPONSE = {
  description: 'It failed: the code says why. 4xx, or 503 where trying again can help, or 500.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['ok', 'error'],
        properties: { ok: { const: false }, error: { $ref: '#/components/schemas/Error' } },
      },
    },
  },
};
