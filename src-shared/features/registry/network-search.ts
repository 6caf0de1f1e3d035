/**
 * Searching the network: a question in words that a person puts to peers, and how `/toolswarm/search/1` carries it. The
 * words are shown to every peer that is asked; nothing is asked before a person wants it.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { stream } from '../../kernel/contract.ts';
import { AppError } from '../../kernel/errors.ts';
import { networkIdSchema } from '../p2p/networks.ts';
import { MAX_CAPABILITY } from './capabilities.ts';
import { toolViewSchema } from './view.ts';

/** Characters of a question. */
export const MAX_SEARCH_TEXT = 200;
/** Tools that one search shows at most. */
export const MAX_FOUND = 200;

export const foundToolSchema = toolViewSchema.extend({
  /** How well it fits the question: 0 to {@link FULL_SCORE}, by this node's own reading. */
  relevance: z.number().int().min(0).max(1000),
  /** In which networks it is shared; empty where it is shared with chosen providers only. */
  networks: z.array(networkIdSchema),
});
export type FoundTool = z.output<typeof foundToolSchema>;

/** Why results are not shown. */
export const doubts = [
  /** No verified entry stands behind. */
  'unproven',
  /** The tools behind the entry could not be had, or are not those that were signed. */
  'no_manifest',
  /** The entry has no such tool, or it is another definition. */
  'other_tool',
  /** The tool has nothing to do with the question. */
  'beside_the_point',
  /** The answer made no sense. */
  'malformed',
  /** The peer was wrong so often that the rest was not looked at. */
  'wrong_too_often',
] as const;
export const doubtSchema = z.enum(doubts);
export type Doubt = z.output<typeof doubtSchema>;

/** One step of a search of the network. */
export const networkAnswerSchema = z.object({
  /** Tools that are new, or are seen better than before, since the last step; best first. Each is verified. */
  items: z.array(foundToolSchema),
  /** Peers asked so far, of which `answered` gave an answer; who has not answered when the search is done did not. */
  asked: z.number().int(),
  answered: z.number().int(),
  /** Results that are not shown since nothing verified stands behind them. */
  refused: z.number().int(),
  /** Those results by reason; reasons that never occurred are left out. */
  reasons: z.partialRecord(doubtSchema, z.number().int()),
  /** Peers that said that they answer no searches, and that they answer none now. */
  off: z.number().int(),
  busy: z.number().int(),
  /** The last step. */
  done: z.boolean(),
});
export type NetworkAnswer = z.output<typeof networkAnswerSchema>;

export const networkSearchContract = {
  'tools.searchNetwork': stream(
    'Asks peers for tools by words, and yields what is found and verified as answers come. The words are shown to the peers.',
    z.object({
      text: z.string().trim().min(1).max(MAX_SEARCH_TEXT),
      limit: z.number().int().min(1).max(MAX_FOUND).default(50),
    }),
    networkAnswerSchema,
  ),
};

/** A call of one request and one response, both deterministic CBOR. */
export const SEARCH_PROTOCOL = '/toolswarm/search/1';
/** Bytes of a request, and of an answer; hits that would not fit are left out, the last first. */
export const MAX_SEARCH_REQUEST = 2048;
export const MAX_SEARCH_ANSWER = 64 << 10;
/** Hits of one answer. */
export const MAX_HITS = 100;
/** Entries of one answer. */
export const MAX_NAMED_ENTRIES = 64;
/** The best score of a hit. */
export const FULL_SCORE = 1000;

const hash = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 32,
  'a SHA-256 hash',
);
/** Which entry is meant, and which of its versions: who reads it compares the hash. */
const namedEntry = z.looseObject({ key: z.string().min(1).max(400), hash });
export type NamedEntry = z.output<typeof namedEntry>;

const requestSchema = z.discriminatedUnion('op', [
  z.looseObject({
    op: z.literal('tools'),
    text: z.string().min(1).max(MAX_SEARCH_TEXT),
    limit: z.number().int().min(1).max(MAX_HITS),
    /** How often the question may be passed on. Nobody passes questions on so far. */
    hops: z.number().int().min(0).max(8),
  }),
  /** The asked node's own public entries: with a capability, or all where it is empty. */
  z.looseObject({ op: z.literal('entries'), capability: z.string().max(MAX_CAPABILITY) }),
]);
export type SearchRequest = z.output<typeof requestSchema>;

const hitSchema = namedEntry.extend({
  tool: z.string().min(1).max(256),
  fingerprint: hash,
  /** 0 to {@link FULL_SCORE}; what the answering node thinks of it. */
  score: z.number().int().min(0).max(FULL_SCORE),
});
export type Hit = z.output<typeof hitSchema>;

const toolsAnswer = z.looseObject({ hits: z.array(hitSchema).max(MAX_HITS) });
const entriesAnswer = z.looseObject({ entries: z.array(namedEntry).max(MAX_NAMED_ENTRIES) });

/** Throws `registry.bad_search`. */
export const readSearchRequest = (bytes: Uint8Array): SearchRequest =>
  readAs(requestSchema, bytes, MAX_SEARCH_REQUEST);
/** Throws `registry.bad_search`. */
export const readHits = (bytes: Uint8Array): Hit[] => readAs(toolsAnswer, bytes, MAX_SEARCH_ANSWER).hits;
/** Throws `registry.bad_search`. */
export const readNamedEntries = (bytes: Uint8Array): NamedEntry[] =>
  readAs(entriesAnswer, bytes, MAX_SEARCH_ANSWER).entries;

export const searchRequest = (request: SearchRequest): Uint8Array => encodeCbor(request as CborValue);
export const entriesAnswered = (entries: readonly NamedEntry[]): Uint8Array =>
  encodeCbor({ entries: entries.slice(0, MAX_NAMED_ENTRIES) } as unknown as CborValue);

/** The best hits that fit into one answer. */
export function hitsAnswered(hits: readonly Hit[]): Uint8Array {
  const fitting: Hit[] = [];
  let room = MAX_SEARCH_ANSWER - 64;
  for (const hit of hits.slice(0, MAX_HITS)) {
    room -= encodeCbor(hit as CborValue).length;
    if (room < 0) break;
    fitting.push(hit);
  }
  return encodeCbor({ hits: fitting } as unknown as CborValue);
}

function readAs<T extends z.ZodType>(schema: T, bytes: Uint8Array, most: number): z.output<T> {
  const read = bytes.length <= most ? schema.safeParse(decodeCbor(bytes)) : undefined;
  if (read?.success) return read.data;
  throw new AppError('registry.bad_search', 'This message about a search makes no sense.', {
    advice: 'Drop it; the sender is broken or speaks another version.',
    cause: read?.error,
  });
}
