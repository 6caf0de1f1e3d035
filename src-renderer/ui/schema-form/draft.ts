/** From the fields of a form to JSON and back: what is typed, whether it will do, the value it stands for. */
import type { JsonValue } from '#shared/kernel/canonical.ts';
import { type Field, isObject } from './model.ts';

/** What the form holds for a field: text as typed, the option's index, `'true'`, `'false'` or `''`, rows of a list. */
export type Draft = string | Draft[] | { [key: string]: Draft };

export interface Problem {
  key:
    | 'required'
    | 'number'
    | 'integer'
    | 'min'
    | 'max'
    | 'above'
    | 'below'
    | 'short'
    | 'long'
    | 'pattern'
    | 'json'
    | 'few'
    | 'many';
  limit?: number;
}

/** What a field holds at first: its default, else nothing. */
export function draftOf(field: Field, value: JsonValue | undefined = field.defaultValue): Draft {
  switch (field.kind) {
    case 'object': {
      const given = isObject(value) ? value : {};
      const entries = field.properties.map(({ key, name, field: part }) => [
        key,
        Object.hasOwn(given, name) ? draftOf(part, given[name]) : draftOf(part),
      ]);
      return Object.fromEntries(entries) as Draft;
    }
    case 'list':
      return Array.isArray(value) ? value.map((item) => ({ value: draftOf(field.item, item) })) : [];
    case 'choice': {
      const index = field.options.findIndex(
        (option) => JSON.stringify(option.value) === JSON.stringify(value),
      );
      return index < 0 ? '' : String(index);
    }
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2);
    default:
      return value === undefined || value === null ? '' : String(value);
  }
}

const draftAt = (draft: Draft | undefined, key: string): Draft | undefined =>
  typeof draft === 'object' && !Array.isArray(draft) ? draft[key] : undefined;

/** Whether the person put anything in, at any depth. */
export function isEmpty(draft: Draft | undefined): boolean {
  if (draft === undefined || draft === '') return true;
  if (typeof draft === 'string') return false;
  return Array.isArray(draft) ? draft.length === 0 : Object.values(draft).every(isEmpty);
}

/** The JSON that a draft stands for; `undefined`: left out. Only for drafts without problems. */
export function valueOf(field: Field, draft: Draft | undefined, required = true): JsonValue | undefined {
  if (isEmpty(draft) && !(required && (field.kind === 'object' || field.kind === 'list'))) return undefined;
  switch (field.kind) {
    case 'object': {
      const entries = field.properties.flatMap(({ key, name, field: part, required: needed }) => {
        const value = valueOf(part, draftAt(draft, key), needed);
        return value === undefined ? [] : [[name, value] as const];
      });
      return Object.fromEntries(entries);
    }
    case 'list':
      return (Array.isArray(draft) ? draft : []).flatMap(
        (row) => valueOf(field.item, draftAt(row, 'value')) ?? [],
      );
    case 'choice':
      return field.options[Number(draft)]?.value;
    case 'flag':
      return draft === 'true';
    case 'number':
      return Number(draft);
    case 'json':
      return JSON.parse(String(draft)) as JsonValue;
    case 'text':
      return String(draft);
  }
}

/** What is wrong with one field's draft by itself; the parts of an object or list speak for themselves. */
export function problemOf(field: Field, draft: Draft | undefined, required: boolean): Problem | undefined {
  if (field.kind === 'object') return undefined;
  if (field.kind === 'list') return listProblem(field, Array.isArray(draft) ? draft.length : 0, required);
  if (isEmpty(draft)) return required ? { key: 'required' } : undefined;
  const text = String(draft);
  if (field.kind === 'number') return numberProblem(field, text);
  if (field.kind === 'text') return textProblem(field, text);
  if (field.kind === 'json') return isJsonText(text) ? undefined : { key: 'json' };
  return undefined;
}

type Kind<K extends Field['kind']> = Extract<Field, { kind: K }>;

function listProblem(field: Kind<'list'>, rows: number, required: boolean): Problem | undefined {
  if (rows === 0 && !required) return undefined;
  if (field.minItems !== undefined && rows < field.minItems) return { key: 'few', limit: field.minItems };
  if (field.maxItems !== undefined && rows > field.maxItems) return { key: 'many', limit: field.maxItems };
  return undefined;
}

function numberProblem(field: Kind<'number'>, text: string): Problem | undefined {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return { key: 'number' };
  if (field.integer && !Number.isInteger(value)) return { key: 'integer' };
  if (field.minimum !== undefined && value < field.minimum) return { key: 'min', limit: field.minimum };
  if (field.maximum !== undefined && value > field.maximum) return { key: 'max', limit: field.maximum };
  if (field.above !== undefined && value <= field.above) return { key: 'above', limit: field.above };
  if (field.below !== undefined && value >= field.below) return { key: 'below', limit: field.below };
  return undefined;
}

function textProblem(field: Kind<'text'>, text: string): Problem | undefined {
  if (field.minLength !== undefined && text.length < field.minLength)
    return { key: 'short', limit: field.minLength };
  if (field.maxLength !== undefined && text.length > field.maxLength)
    return { key: 'long', limit: field.maxLength };
  // A stranger's pattern could take exponential time on a long text; the node checks it again with a deadline.
  if (field.pattern && text.length <= 200 && !matches(field.pattern, text)) return { key: 'pattern' };
  return undefined;
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true; // Not a pattern that this engine knows: the node decides.
  }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
