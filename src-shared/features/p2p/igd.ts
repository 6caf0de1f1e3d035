/**
 * The texts of UPnP's gateway devices (IGD 1 and 2), as far as one TCP port needs them. Routers write their XML in many
 * ways; what is read from it are a few elements without inner structure. Pure: text in, meaning out.
 */

/** What is looked for: either version, by whatever service it maps ports. */
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
];
const SERVICE = /^urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[12]$/;

export const SSDP_GROUP = '239.255.255.250';
export const SSDP_PORT = 1900;

/** One question for each kind of gateway. */
export const ssdpSearches = (): string[] =>
  TARGETS.map((target) =>
    [
      'M-SEARCH * HTTP/1.1',
      `HOST: ${SSDP_GROUP}:${SSDP_PORT}`,
      'MAN: "ssdp:discover"',
      'MX: 1',
      `ST: ${target}`,
      '',
      '',
    ].join('\r\n'),
  );

/**
 * Where the description of an answering gateway is; undefined where this is no such answer, or where it points to another
 * host than the one that gave it: nobody sends this node to third parties.
 */
export function ssdpLocation(text: string, from: string): URL | undefined {
  if (!/^HTTP\/1\.[01] 200/.test(text)) return undefined;
  if (!TARGETS.includes(/^ST:[ \t]*(.*?)[ \t]*$/im.exec(text)?.[1] ?? '')) return undefined;
  return urlOf(/^LOCATION:[ \t]*(\S+)/im.exec(text)?.[1], undefined, from);
}

export interface IgdService {
  type: string;
  control: URL;
}

/** The first service of a description that maps ports, controlled at the same host. */
export function serviceIn(description: string, location: URL): IgdService | undefined {
  const base = urlOf(elementIn(description, 'URLBase'), location, location.hostname) ?? location;
  for (const [, inner = ''] of description.matchAll(/<service>([\s\S]{0,4096}?)<\/service>/g)) {
    const type = elementIn(inner, 'serviceType') ?? '';
    const control = urlOf(elementIn(inner, 'controlURL'), base, location.hostname);
    if (SERVICE.test(type) && control) return { type, control };
  }
  return undefined;
}

function urlOf(text: string | undefined, base: URL | undefined, host: string): URL | undefined {
  if (text === undefined || !URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base?.href);
  return url.protocol === 'http:' && url.hostname === host ? url : undefined;
}

/** The text of the first element of this name, whatever its namespace's prefix. */
export function elementIn(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:[\\w-]{1,32}:)?${name}(?: [^<>]{0,256})?>([^<]{0,1024})</`).exec(xml)?.[1];
  return found?.trim().replaceAll('&amp;', '&');
}

export const soapAction = (type: string, action: string): string => `"${type}#${action}"`;

/** @param values in the order in which the action's description has them: some routers care. */
export const soapBody = (
  type: string,
  action: string,
  values: ReadonlyArray<readonly [string, string]>,
): string =>
  `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ` +
  `s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${type}">` +
  values.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('') +
  `</u:${action}></s:Body></s:Envelope>\r\n`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The router's own code for a refusal (718: the port is another's, 725: only leases without end, 606: not allowed). */
export function soapFault(xml: string): number | undefined {
  const code = Number(elementIn(xml, 'errorCode'));
  return Number.isInteger(code) && code > 0 ? code : undefined;
}
