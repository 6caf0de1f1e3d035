/** What is told about a query beside the tools that it found. */
import { z } from 'zod';
import { filterNames, noteCodes, operators } from './search.ts';

export const searchNoteSchema = z.object({
  code: z.enum(noteCodes),
  part: z.string().optional(),
  value: z.string().optional(),
});

export const searchFilterSchema = z.object({
  name: z.enum(filterNames),
  operator: z.enum(operators),
  value: z.string(),
  not: z.boolean(),
  /** The part of the query that says so. */
  source: z.string(),
});

/** How a query was understood. */
export const understoodSchema = z.object({
  filters: z.array(searchFilterSchema),
  notes: z.array(searchNoteSchema),
  /** Beginnings of words, small and without accents, that made tools fit: what to mark in their texts. */
  marks: z.array(z.string()),
});
export type Understood = z.output<typeof understoodSchema>;
