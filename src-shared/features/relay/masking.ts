/** A call that is made under an identity of its own: a node and a provider that nobody has met before. Pure. */
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';

/** In `_meta` of a call; it is taken out before the call leaves. */
export const IDENTITY_META = 'io.toolswarm/identity';
export const FRESH = 'fresh';

const metaOf = (params: JsonObject): Record<string, JsonValue> => {
  const meta = params['_meta'];
  return meta !== null && typeof meta === 'object' && !Array.isArray(meta) ? meta : {};
};

export const wantsFreshIdentity = (params: JsonObject): boolean => metaOf(params)[IDENTITY_META] === FRESH;

/** The same call, asking to be made so. */
export const withFreshIdentity = (params: JsonObject): JsonObject => ({
  ...params,
  _meta: { ...metaOf(params), [IDENTITY_META]: FRESH },
});

/** What is sent of it: without the wish itself, which would tell that there is something to hide. */
export function withoutIdentityWish(params: JsonObject): JsonObject {
  const { [IDENTITY_META]: _wish, ...meta } = metaOf(params);
  const { _meta: _old, ...rest } = params;
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest;
}
