/**
 * Every way a call can fail, once: code, what happened, what to do next, whether the same call may succeed later.
 * `docs/protocol/errors.md` is this table; a test compares them.
 */
import { AppError } from '../../kernel/errors.ts';

interface RelayErrorRow {
  message: string;
  advice: string;
  retryable: boolean;
}

export const RELAY_ERRORS = {
  'relay.unreachable': {
    message: 'None of the nodes that offer this tool can be reached.',
    advice: 'Try again in a minute; the tool is called again as soon as one of them is back.',
    retryable: true,
  },
  'relay.timeout': {
    message: 'The tool gave neither a result nor a sign of progress in time.',
    advice: 'Try again with less work at once, or raise the time limit in the settings.',
    retryable: true,
  },
  'relay.cancelled': {
    message: 'The call was cancelled.',
    advice: 'Call again when you want the result after all.',
    retryable: true,
  },
  'relay.not_approved': {
    message: 'The operator of this machine has not approved this tool.',
    advice: 'Ask him to approve it in the catalog, or with `toolswarm tools approve`.',
    retryable: false,
  },
  'relay.tool_changed': {
    message: 'The tool is no longer the one that was approved: its description or schema changed.',
    advice: 'Look at what changed in the catalog and approve it again.',
    retryable: false,
  },
  'relay.no_such_tool': {
    message: 'The provider does not offer this tool any more.',
    advice: 'List the tools again and choose another.',
    retryable: false,
  },
  'relay.invalid_arguments': {
    message: 'The arguments do not fit the tool’s input schema.',
    advice: 'Correct the named fields and call again; nothing was sent.',
    retryable: false,
  },
  'relay.invalid_result': {
    message: 'The result does not fit the tool’s own output schema.',
    advice: 'Tell the provider; his server contradicts its description.',
    retryable: false,
  },
  'relay.bad_schema': {
    message: 'The tool’s schema cannot be used to check anything.',
    advice: 'Tell the provider; until it is mended the tool cannot be called.',
    retryable: false,
  },
  'relay.too_large': {
    message: 'The result is larger than this node accepts.',
    advice: 'Ask for less at once, or raise `relay.maxResultBytes` (64 MiB at most).',
    retryable: false,
  },
  'relay.busy': {
    message: 'Too many calls are running.',
    advice: 'Try again in a moment.',
    retryable: true,
  },
  'relay.rate_limited': {
    message: 'This is more than the provider lets you have in so short a time.',
    advice: 'Try again when the time given with this error is over, or ask the provider for more.',
    retryable: true,
  },
  'relay.too_late': {
    message: 'So many calls wait here that this one would not come to its turn in the time that it has.',
    advice: 'Try again a little later, or with more time.',
    retryable: true,
  },
  'relay.paused': {
    message: 'The provider has paused sharing for now.',
    advice: 'Try again later; the tool works again as soon as he resumes.',
    retryable: true,
  },
  'relay.key_reused': {
    message: 'The key of this call was used for another call before.',
    advice: 'Use a fresh random key for every call.',
    retryable: false,
  },
  'relay.seal_required': {
    message: 'The provider takes sealed calls of this tool only.',
    advice: 'Let calls be sealed in the settings (`relay.seal`), and update this node if it cannot.',
    retryable: false,
  },
  'relay.seal_refused': {
    message: 'Calls of this tool cannot be sealed: its provider does not offer it.',
    advice: 'Ask him to offer it, or let unsealed calls pass in the settings (`relay.seal`).',
    retryable: false,
  },
  'relay.seal_unknown': {
    message: 'The session that this call was sealed in is over.',
    advice: 'Call again; a new session is opened.',
    retryable: true,
  },
  'relay.seal_broken': {
    message: 'What came does not open with the keys of the session: it was changed or repeated on its way.',
    advice: 'Call again; if it happens again, distrust the nodes between you and the provider.',
    retryable: true,
  },
  'relay.malformed': {
    message: 'The other node sent something that makes no sense.',
    advice: 'Update both nodes; if it happens again, block the peer.',
    retryable: false,
  },
  'access.blocked': {
    message: 'The provider has blocked this node.',
    advice: 'Only its operator can lift the block.',
    retryable: false,
  },
  'access.not_shared': {
    message: 'The provider does not share this server.',
    advice: 'Ask its operator to share it with you.',
    retryable: false,
  },
  'access.not_listed': {
    message: 'The provider shares this server with others, not with you.',
    advice: 'Ask its operator to add your provider id.',
    retryable: false,
  },
  'access.not_known': {
    message: 'The provider shares this server with providers he knows, and you are not among them.',
    advice: 'Ask its operator to connect to you or to mark you as known.',
    retryable: false,
  },
  'access.tool_not_shared': {
    message: 'The provider shares other tools of this server, but not this one.',
    advice: 'Ask its operator to share this tool as well.',
    retryable: false,
  },
  'access.not_granted': {
    message: 'The provider opens this to those he gave a grant, and you hold none.',
    advice: 'Ask him for access: `toolswarm access ask`.',
    retryable: false,
  },
  'access.grant_expired': {
    message: 'Your grant for this tool has ended.',
    advice: 'Ask the provider for a new one.',
    retryable: false,
  },
  'access.grant_revoked': {
    message: 'The provider has revoked your grant for this tool.',
    advice: 'Ask him why, or for another one.',
    retryable: false,
  },
  'access.grant_spent': {
    message: 'All calls of your grant for this tool are used up.',
    advice: 'Ask the provider for more.',
    retryable: false,
  },
  'access.grant_arguments': {
    message: 'Your grant does not allow these arguments.',
    advice: 'Keep to what the grant allows, or ask the provider for a wider one.',
    retryable: false,
  },
  'access.bad_chain': {
    message: 'The chain by which this tool was shared on does not hold.',
    advice: 'Tell the provider who serves it; he has to be given leave again.',
    retryable: false,
  },
  'access.chain_expired': {
    message: 'The leave to share this tool on has ended.',
    advice: 'Tell the provider who serves it; he has to be given leave again.',
    retryable: false,
  },
  'access.branch_cut': {
    message: 'The origin, or somebody on the way, no longer lets this tool be shared on.',
    advice: 'Ask the origin for access of your own.',
    retryable: false,
  },
} as const satisfies Record<string, RelayErrorRow>;

export type RelayErrorCode = keyof typeof RELAY_ERRORS;

/** @param detail one more sentence with the facts of this case. */
export function relayError(
  code: RelayErrorCode,
  detail?: string,
  details?: Record<string, unknown>,
): AppError {
  const { advice, message, retryable } = RELAY_ERRORS[code];
  return new AppError(code, detail ? `${message} ${detail}` : message, {
    advice,
    retryable,
    ...(details ? { details } : {}),
  });
}
