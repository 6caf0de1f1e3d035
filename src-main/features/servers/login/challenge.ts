/** What a server says when it refuses a request for want of a login (RFC 6750, RFC 9728). Pure. */

export interface Challenge {
  /** `invalid_token`, `insufficient_scope`, … */
  error?: string;
  /** Rights that the request needs. */
  scopes?: string[];
  /** Where the server describes who may sign people in for it. */
  resourceMetadata?: string;
}

/** Longer headers are not read. */
const MAX_HEADER = 8_192;
const MAX_SCOPES = 64;
/** RFC 6749: printable ASCII without space, quotation mark and backslash. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/** The `Bearer` challenge in a `WWW-Authenticate` header; undefined where there is none. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  const start = /(?:^|,)\s*Bearer(?=\s|$|,)/i.exec(header);
  if (!start) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of ownPart(header.slice(start.index + start[0].length)).matchAll(
    PARAMETER,
  ))
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  const error = parameters.get('error');
  const scope = parameters.get('scope');
  const resourceMetadata = parameters.get('resource_metadata');
  return {
    ...(error === undefined ? {} : { error }),
    ...(scope === undefined ? {} : { scopes: scopesIn(scope) }),
    ...(resourceMetadata === undefined ? {} : { resourceMetadata }),
  };
}

/** Up to the next scheme: a word that is followed by a parameter instead of an equals sign. */
const ownPart = (rest: string): string => {
  const next = /,\s*[A-Za-z][\w-]*\s+[\w-]+\s*=/.exec(
    rest.replace(/"(?:[^"\\]|\\.)*"/g, (text) => '_'.repeat(text.length)),
  );
  return next ? rest.slice(0, next.index) : rest;
};

export const scopesIn = (scope: string): string[] =>
  [...new Set(scope.split(' ').filter((one) => SCOPE.test(one)))].slice(0, MAX_SCOPES);

/** What was granted and what is asked for now: asking for the latter alone would lose the former. */
export const joinScopes = (...lists: ReadonlyArray<readonly string[] | undefined>): string[] =>
  [...new Set(lists.flatMap((list) => list ?? []))].slice(0, MAX_SCOPES);
