import type { z } from 'zod';

/**
 * One description of every call that the window, the browser, the command line and the SDKs make.
 * A slice describes its calls with `query`, `command` and `stream` in `features/<slice>/contract.ts`;
 * `src-shared/contract.ts` joins them. Names are `<slice>.<verb>`; inputs and outputs are JSON.
 */
export interface Procedure<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  /** `query` only reads, `command` changes something, `stream` sends items until it ends or is cancelled. */
  kind: 'query' | 'command' | 'stream';
  input: In;
  /** The result of a query or command; one item of a stream. */
  output: Out;
  /** One sentence, printed in the OpenAPI document. */
  summary: string;
}

export type Contract = Record<string, Procedure>;

export const query = <In extends z.ZodType, Out extends z.ZodType>(summary: string, input: In, output: Out) =>
  ({ kind: 'query', summary, input, output }) as const;

export const command = <In extends z.ZodType, Out extends z.ZodType>(
  summary: string,
  input: In,
  output: Out,
) => ({ kind: 'command', summary, input, output }) as const;

export const stream = <In extends z.ZodType, Out extends z.ZodType>(
  summary: string,
  input: In,
  output: Out,
) => ({ kind: 'stream', summary, input, output }) as const;

/** What a handler knows of the call besides its input. */
export interface CallContext {
  /** Aborts when the caller cancels or goes away. */
  signal: AbortSignal;
}

type Handler<P extends Procedure> = P['kind'] extends 'stream'
  ? (input: z.output<P['input']>, context: CallContext) => AsyncIterable<z.input<P['output']>>
  : (
      input: z.output<P['input']>,
      context: CallContext,
    ) => Promise<z.input<P['output']>> | z.input<P['output']>;

/** One handler per procedure; TypeScript refuses a contract that is not fully handled. */
export type Handlers<C extends Contract> = { [Name in keyof C]: Handler<C[Name]> };

type ClientCall<P extends Procedure> = P['kind'] extends 'stream'
  ? (input: z.input<P['input']>, options?: { signal?: AbortSignal }) => AsyncIterable<z.output<P['output']>>
  : (input: z.input<P['input']>, options?: { signal?: AbortSignal }) => Promise<z.output<P['output']>>;

/** The caller's side of a contract. */
export type ContractClient<C extends Contract> = { [Name in keyof C]: ClientCall<C[Name]> };
