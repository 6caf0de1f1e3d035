/** What the stdio bridge knows of the messages it carries: as little as a restart of the node makes necessary. */

/** Why the node cannot be reached. `away`: it does not run; `gone`: it stopped just now; `rejected`: it refused us. */
export type Outage = 'away' | 'gone' | 'rejected';

const PRIVATE = '"toolswarm-bridge-';
/** Subscriptions that are made again after a restart. */
const MAX_SUBSCRIPTIONS = 256;

export interface ClientLine {
  /** The id of a request as JSON text. */
  id: string | undefined;
  method: string | undefined;
}

/** Reads a line of the client; nothing of it is checked, that is the node's business. */
export function readClientLine(line: string): ClientLine {
  const message = parse(line);
  const { id, method } = message ?? {};
  const isRequest = typeof method === 'string' && (typeof id === 'string' || typeof id === 'number');
  return {
    id: isRequest ? JSON.stringify(id) : undefined,
    method: typeof method === 'string' ? method : undefined,
  };
}

function parse(line: string): { id?: unknown; method?: unknown; params?: { uri?: unknown } } | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Not JSON: it goes to the node as it is, which answers as the protocol says.
    return undefined;
  }
}

const ANSWER = /^\{"jsonrpc":"2\.0","id":(-?\d+|"(?:[^"\\]|\\.)*"),"(?:result|error)":/;

/** The id, as JSON text, of the request that a line of the node answers. Results can be large, so only the start is read. */
export const answeredId = (line: string): string | undefined => ANSWER.exec(line.slice(0, 1_024))?.[1];

export const isPrivateId = (id: string): boolean => id.startsWith(PRIVATE);

const OUTAGES: Record<Outage, { code: string; message: string; advice: string }> = {
  away: {
    code: 'endpoint.not_running',
    message: 'The Toolswarm node is not running.',
    advice: 'Start the Toolswarm app, or run `toolswarm daemon`, then try again.',
  },
  gone: {
    code: 'endpoint.restarted',
    message: 'The Toolswarm node stopped before it answered.',
    advice: 'Try again; the connection is made anew as soon as the node runs.',
  },
  rejected: {
    code: 'endpoint.refused',
    message: 'The Toolswarm node does not serve this client.',
    advice: 'Check the profile that `toolswarm mcp --profile` names.',
  },
};

export const describeOutage = (outage: Outage): string => {
  const { message, advice } = OUTAGES[outage === 'gone' ? 'away' : outage];
  return `toolswarm: ${message} ${advice}`;
};

/** @param id of the request, as JSON text. */
export function outageAnswer(id: string, outage: Outage): string {
  const { message, code, advice } = OUTAGES[outage];
  const data = { code, advice, retryable: outage !== 'rejected' };
  const error = { code: -32_603, message: `${message} ${advice}`, data };
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`;
}

/** What it takes to make a client's session again. */
export interface BridgeMemory {
  /** A line that went to the node. */
  sent(line: string, method: string | undefined): void;
  /** The node answered `initialize`. */
  established(): void;
  /** Lines to send once more: `initialize` where it was under way. */
  unanswered(outstanding: ReadonlyMap<string, string>): string[];
  /** `initialize` with an id of ours, where there is a session to make again. */
  replay(): string | undefined;
  isSession(id: string): boolean;
  /** What follows the replayed `initialize`. */
  follow(): string[];
  /** What the client is told after a restart. */
  news(answer: string): string[];
}

export function createMemory(): BridgeMemory {
  const subscriptions = new Map<string, string>();
  let initialize: string | undefined;
  let initialized: string | undefined;
  let level: string | undefined;
  let session = false;

  /** A line of the client's with an id of ours, so that its answer is not the client's. */
  const withPrivateId = (line: string, name: string): string =>
    JSON.stringify({ ...JSON.parse(line), id: `toolswarm-bridge-${name}` });

  return {
    sent(line, method) {
      if (method === 'initialize') initialize = line;
      else if (method === 'notifications/initialized') initialized = line;
      else if (method === 'logging/setLevel') level = line;
      else if (method === 'resources/subscribe' && subscriptions.size < MAX_SUBSCRIPTIONS)
        subscriptions.set(String(parse(line)?.params?.uri), line);
      else if (method === 'resources/unsubscribe') subscriptions.delete(String(parse(line)?.params?.uri));
    },
    established() {
      session = true;
    },
    unanswered: (outstanding) =>
      initialize !== undefined && [...outstanding.values()].includes('initialize') ? [initialize] : [],
    replay: () => (session && initialize !== undefined ? withPrivateId(initialize, 'initialize') : undefined),
    isSession: (id) => id === `${PRIVATE}initialize"`,
    follow: () => [
      ...(initialized === undefined ? [] : [initialized]),
      ...(level === undefined ? [] : [withPrivateId(level, 'level')]),
      ...[...subscriptions.values()].map((line, at) => withPrivateId(line, `subscription-${at}`)),
    ],
    news: (answer) =>
      initialized !== undefined && answer.includes('"result"')
        ? ['tools', 'prompts', 'resources'].map(
            (list) => `{"jsonrpc":"2.0","method":"notifications/${list}/list_changed"}`,
          )
        : [],
  };
}
