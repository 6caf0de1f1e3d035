/** What changed between two descriptions of a tool, field by field, for the person who must approve it again. */
import type { JsonValue } from '../../kernel/canonical.ts';
import type { Tool } from './tool.ts';

export interface FieldChange {
  /** `description`, `inputSchema.properties.path.type`, … */
  path: string;
  /** JSON text of the value; absent where the field is new. */
  before?: string;
  /** JSON text of the value; absent where the field is gone. */
  after?: string;
}

const FIELDS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;
/** Changes listed at most; a tool that changed more is another tool. */
const MAX_CHANGES = 200;

export function diffTools(before: Tool, after: Tool): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of FIELDS) collect(field, before[field] as JsonValue, after[field] as JsonValue, changes);
  return changes.slice(0, MAX_CHANGES);
}

function collect(
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  changes: FieldChange[],
): void {
  if (changes.length >= MAX_CHANGES || JSON.stringify(before) === JSON.stringify(after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      collect(`${path}.${key}`, before[key], after[key], changes);
    return;
  }
  changes.push({
    path,
    ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  });
}

const isObject = (value: JsonValue | undefined): value is { [key: string]: JsonValue } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
