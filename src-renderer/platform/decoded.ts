/** What stands encoded in a part of an address; as it is where the encoding is broken. */
export function decoded(part: string): string;
export function decoded(part: string | undefined): string | undefined;
export function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    // Whoever typed it finds nothing under such a name, which the page says.
    return part;
  }
}
