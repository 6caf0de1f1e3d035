/** A pin: what a tool may be for this operator's clients, whatever its provider makes of it. */
import { z } from 'zod';

/** `fingerprint`: exactly this definition. `version`: this version of its server. `range`: any version in it (npm's syntax). */
export const pinSchema = z.object({
  kind: z.enum(['fingerprint', 'version', 'range']),
  value: z.string().min(1).max(128),
});
export type Pin = z.output<typeof pinSchema>;

export const pinViewSchema = pinSchema.extend({
  /** Whether some node offers what is pinned. Where not, the tool is out of the catalog. */
  holds: z.boolean(),
});
