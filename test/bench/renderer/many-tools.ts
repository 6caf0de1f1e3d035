/** A world with thousands of tools of many providers, as a network of some size has. */
import { everythingTools, notesTools, weatherTools } from '#test/support/renderer/tools.ts';
import { busyWorld, knownTool, type World } from '#test/support/renderer/world.ts';

export const MANY = 10_000;
const VERBS = [
  'read',
  'list',
  'search',
  'create',
  'update',
  'delete',
  'convert',
  'forecast',
  'render',
  'watch',
];
const NOUNS = ['file', 'issue', 'note', 'invoice', 'image', 'route', 'ticket', 'table', 'event', 'message'];

export function worldOfManyTools(now: number): World {
  const world = busyWorld(now);
  const models = [...everythingTools, ...weatherTools, ...notesTools];
  const more = Array.from({ length: MANY - world.tools.length }, (_, at) => {
    const model = models[at % models.length] ?? everythingTools[0]!;
    const name = `${VERBS[at % 10]}-${NOUNS[Math.floor(at / 10) % 10]}-${at}`;
    return knownTool(
      { ...model, name, title: name.replaceAll('-', ' ') },
      {
        providerId: `z6Mk${String(at % 200).padStart(44, 'P')}`,
        providerName: `Provider ${at % 200}`,
        server: `server-${at % 500}`,
        tags: [`tag-${at % 30}`],
        state: at % 3 === 0 ? 'approved' : 'pending',
      },
    );
  });
  return { ...world, tools: [...world.tools, ...more] };
}
