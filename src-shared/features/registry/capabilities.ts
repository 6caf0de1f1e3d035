/**
 * Capabilities: up to 16 words by which a server is found in the distributed index. They follow from its tags, its
 * category and the most telling words of its tools, by a pure rule, so that what is asked and what is told meet. The
 * same rule turns a question into capabilities.
 */
import { searchable } from './listing.ts';
import { stripHidden } from './text.ts';

/** Capabilities of one entry. */
export const MAX_CAPABILITIES = 16;
/** Characters of one capability. */
export const MAX_CAPABILITY = 32;
/** Capabilities that one question is looked up by. */
export const MAX_ASKED = 5;
/** Characters of a description that are read; the first sentences say what a tool is for. */
const READ_OF_DESCRIPTION = 400;
/** Tools of a server that are read. */
const READ_TOOLS = 500;

/** English words that say nothing of what a tool is about. */
const STOP_WORDS = new Set(
  `a about above after again all also always an and another any are as at available back based be because been before
  being below between both but by call called can cannot case could current currently data default depending details did do
  does done during each either else etc every example exist existing false field first following for found from full further
  get given gives had has have he her here his how i id ids if in include included including info information input instead
  into is it its itself just kind last less let like list listed lists made make makes many may me method mode more most must
  my name named names need needed new no none not note nothing now null number of off often on once one only optional
  optionally or other others otherwise our out output over own parameter parameters per please possible provide provided
  provides required requires response result results return returned returning returns same see server servers set sets
  several shall she should show shows since single so some specific specified specify string such supported supports sure
  take takes tell than that the their them then there these they this those through thus to tool tools total true two type
  under until up upon us use used useful user uses using value values various very via want was way we well were what when
  where whether which while who whole whose why will with within without work works would yet you your`.split(
    /\s+/,
  ),
);
/** Verbs that half of all tools begin with: telling beside a noun, weak alone. */
const WEAK_WORDS = new Set(
  [
    'add',
    'check',
    'create',
    'delete',
    'edit',
    'fetch',
    'find',
    'manage',
    'read',
    'remove',
    'run',
    'search',
    'update',
    'write',
  ].map(stem),
);

/** Words of a text as they are compared: small letters without accents, light stems, no stop words, each once. */
export const wordsIn = (text: string): string[] => [...new Set(runsOf(text).flat())];

/** Words that follow each other; a stop word or a sign between them parts two runs. */
function runsOf(text: string): string[][] {
  const apart = stripHidden(text)
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  const runs: string[][] = [[]];
  for (const [token] of searchable(apart).matchAll(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s_-]+/gu)) {
    const word = stem(token.slice(0, MAX_CAPABILITY));
    if (isTelling(token) && isTelling(word)) runs.at(-1)?.push(word);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

const isTelling = (word: string): boolean =>
  /\p{L}/u.test(word) && !STOP_WORDS.has(word) && (word.length > 1 || word > '\u007f');

/** A light stem of an English word: plurals, -ing, -ed and a last e go. Words of other alphabets stay as they are. */
export function stem(word: string): string {
  const shorter = shortened(word);
  // What is stemmed already stays as it is, however often it is stemmed.
  return shorter === word ? word : stem(shorter);
}

function shortened(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const singular = withoutPlural(word);
  const root = /^(.*[aeiouy].*?)(ing|(?<!e)ed)$/.exec(singular)?.[1];
  const bare = root !== undefined && root.length >= 3 ? undoubled(root) : singular;
  return bare.length > 4 && bare.endsWith('e') ? bare.slice(0, -1) : bare;
}

function withoutPlural(word: string): string {
  if (/(ss|us|is)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ch|sh|ss|x|zz)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

const undoubled = (root: string): string => (/([bdgmnprt])\1$/.test(root) ? root.slice(0, -1) : root);

/** A tag of any words as one capability: `File system` and `file-systems` are the same. Empty where nothing is left. */
export const capabilityOf = (tag: string): string => joined(runsOf(tag).flat());

/** As many of the words as fit, whole. */
const joined = (words: readonly string[]): string =>
  words.reduce((text, word) => {
    const longer = text ? `${text}-${word}` : word;
    return longer.length <= MAX_CAPABILITY ? longer : text;
  }, '');

/** What capabilities are drawn from. */
export interface Describable {
  server: string;
  tags: readonly string[];
  category?: string | undefined;
  title?: string | undefined;
  tools: readonly { name: string; title?: string | undefined; description?: string | undefined }[];
}

const WEIGHT = { tag: 400, category: 300, server: 60, name: 30, title: 12, description: 5 };

/**
 * The most telling words of a server, at most {@link MAX_CAPABILITIES}, best first. Whole tags come before all; then words
 * count by where they stand and, with falling returns, in how many tools.
 */
export function capabilitiesOf({ category = '', server, tags, title = '', tools }: Describable): string[] {
  const scores = new Map<string, number>();
  const add = (word: string, score: number) => word && scores.set(word, (scores.get(word) ?? 0) + score);
  for (const tag of tags) add(capabilityOf(tag), WEIGHT.tag);
  add(capabilityOf(category), WEIGHT.category);
  for (const tag of tags) for (const word of wordsIn(tag)) add(word, WEIGHT.title);
  for (const word of wordsIn(server)) add(word, WEIGHT.server);
  for (const word of wordsIn(title)) add(word, WEIGHT.title);
  const read = tools.slice(0, READ_TOOLS);
  count(
    read.map(({ name }) => name),
    WEIGHT.name,
    add,
  );
  count(
    read.map((tool) => tool.title ?? ''),
    WEIGHT.title,
    add,
  );
  count(
    read.map(({ description = '' }) => description.slice(0, READ_OF_DESCRIPTION)),
    WEIGHT.description,
    add,
  );
  return [...scores]
    .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a < b ? -1 : 1))
    .slice(0, MAX_CAPABILITIES)
    .map(([word]) => word);
}

/** Adds each word by the number of texts it stands in: the second, fourth, eighth … count once more. */
function count(texts: readonly string[], weight: number, add: (word: string, score: number) => void): void {
  const seen = new Map<string, number>();
  for (const text of texts) for (const word of wordsIn(text)) seen.set(word, (seen.get(word) ?? 0) + 1);
  for (const [word, times] of seen)
    add(word, Math.ceil((weight * (32 - Math.clz32(times))) / (WEAK_WORDS.has(word) ? 3 : 1)));
}

/**
 * What to look a question up by, the most telling first, at most {@link MAX_ASKED}: neighbouring words as one, then each
 * word, the weak ones last.
 */
export function capabilitiesAsked(text: string): string[] {
  const pairs = runsOf(text).flatMap((run) =>
    run.slice(1).map((word, index) => joined([run[index] ?? '', word])),
  );
  const words = wordsIn(text);
  const strong = words.filter((word) => !WEAK_WORDS.has(word));
  const weak = words.filter((word) => WEAK_WORDS.has(word));
  // A pair is a guess, each strong word a hope: both get their share of the few places.
  const ordered = [...strong.slice(0, 3), ...pairs.slice(0, 2), ...strong.slice(3), ...weak];
  return [...new Set(ordered)].slice(0, MAX_ASKED);
}
