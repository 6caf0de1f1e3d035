/** Which resource template a URI belongs to: RFC 6570 read backwards, in time linear in the URI for each part. */

/** Longer URIs and templates match nothing; bounds the work of matching. */
export const MAX_URI = 8_192;
const MAX_PARTS = 64;

/** Literal text, or a run of characters of at least `min`: within a path segment, or any. */
type Part = { literal: string } | { run: 'segment' | 'any'; min: 0 | 1 };

/** A test for the URIs that the template can produce; `undefined` for a template that cannot be read. */
export function templateMatcher(template: string): ((uri: string) => boolean) | undefined {
  const parts = parse(template);
  return parts && ((uri) => uri.length <= MAX_URI && matches(parts, uri));
}

function parse(template: string): Part[] | undefined {
  if (template.length > MAX_URI) return undefined;
  const parts: Part[] = [];
  let rest = template;
  while (rest.length > 0) {
    const open = rest.indexOf('{');
    if (open !== 0) parts.push({ literal: open < 0 ? rest : rest.slice(0, open) });
    if (open < 0) break;
    const close = rest.indexOf('}', open);
    if (close < 0) return undefined;
    parts.push(runOf(rest.slice(open + 1, close)));
    rest = rest.slice(close + 1);
  }
  return parts.length <= MAX_PARTS ? parts : undefined;
}

/** Simple values are percent-encoded and stay within a segment; `+` values may be anything; the rest may be absent. */
function runOf(expression: string): Part {
  const operator = expression[0] ?? '';
  if (operator === '+') return { run: 'any', min: 1 };
  return '#./;?&'.includes(operator) && operator !== '' ? { run: 'any', min: 0 } : { run: 'segment', min: 1 };
}

function matches(parts: readonly Part[], uri: string): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    reached = 'literal' in part ? afterLiteral(part.literal, uri, reached) : afterRun(part, uri, reached);
    if (reached.size === 0) return false;
  }
  return reached.has(uri.length);
}

function afterLiteral(literal: string, uri: string, from: Set<number>): Set<number> {
  const reached = new Set<number>();
  for (const at of from) if (uri.startsWith(literal, at)) reached.add(at + literal.length);
  return reached;
}

function afterRun(part: { run: 'segment' | 'any'; min: 0 | 1 }, uri: string, from: Set<number>): Set<number> {
  const reached = new Set<number>();
  for (const start of from) {
    if (part.min === 0) reached.add(start);
    // Where another start has run already, this one reaches nothing new.
    for (let at = start; at < uri.length && !reached.has(at + 1); at += 1) {
      if (part.run === 'segment' && '/?#'.includes(uri[at] as string)) break;
      reached.add(at + 1);
    }
  }
  return reached;
}
