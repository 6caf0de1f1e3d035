/**
 * Finding tools by words: relevance first, in a thread of its own.
 *
 *     const search = createToolSearch({ clock, log, tool, openPort: createThreadPort });
 *     search.touch(['z6Mk…/files/read_file']);           // it came or changed
 *     await search.find(parseQuery('open a document'), { limit: 20, complete: false });
 *
 * Invariants: the index can be lost at any time and is made again from the shelf; what it answers is only keys, and whoever
 * asked looks them up on the shelf; a search waits for few tools that just came, and never for many.
 */
export { docOf, type ToolLabels } from './fields.ts';
export type { IndexPort } from './port.ts';
export { type Boosts, ranked } from './rank.ts';
export { createToolSearch, type FoundTools, type Indexable, type ToolSearch } from './search.ts';
export { createThreadPort } from './thread.ts';
