/** What the endpoint says of itself when a client connects, in both eras. */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { CatalogView } from './catalog/view.ts';

/** The same for every profile and at all times: what the catalog holds today may be different tomorrow. */
const CAPABILITIES: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
};

export const greeting = (view: CatalogView): JsonObject => ({
  capabilities: CAPABILITIES,
  instructions: view.instructions,
});
