/**
 * Places of the interface that a link can open: nothing happens there without a person, so a link may lead to them without
 * a question. `tool/<id>`, `server/<name>`, `grants`, `node/<code>`, each part percent-encoded.
 */

const PLACES: Readonly<Record<string, (id: string) => string | undefined>> = {
  tool: (id) => (id ? `/catalog/${encodeURIComponent(id)}` : undefined),
  server: (name) => (/^[a-z0-9][a-z0-9_-]{0,30}$/.test(name) ? `/servers/${name}` : undefined),
  grants: () => '/access/grants',
  node: (code) => (/^[A-Za-z0-9_-]{8,8192}$/.test(code) ? `/network/nodes/${code}` : undefined),
};

/** The address in the interface of a place, or undefined where there is none of that name. Never throws. */
export function addressOfPlace(place: string): string | undefined {
  const [kind = '', ...rest] = place.split('/');
  try {
    const open = Object.hasOwn(PLACES, kind.toLowerCase()) ? PLACES[kind.toLowerCase()] : undefined;
    return open?.(decodeURIComponent(rest.join('/')));
  } catch {
    return undefined; // a broken escape leads nowhere
  }
}
