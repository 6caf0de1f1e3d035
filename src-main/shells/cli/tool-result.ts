/** An MCP `CallToolResult` for people: texts as they are, everything else named. */
import { z } from 'zod';
import { byteSize, oneLine, printable } from './printable.ts';

const contentSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.enum(['image', 'audio']), mimeType: z.string(), data: z.string() }),
  z.object({
    type: z.literal('resource'),
    resource: z.object({ uri: z.string(), text: z.string().optional() }),
  }),
  z.object({ type: z.literal('resource_link'), uri: z.string() }),
]);

export function showResult(result: Record<string, unknown>): string {
  const content = Array.isArray(result.content) ? result.content.map(showContent) : [];
  const structured =
    content.length === 0 && result.structuredContent !== undefined
      ? [printable(JSON.stringify(result.structuredContent, null, 2))]
      : [];
  const lines = [
    ...(result.isError === true ? ['The tool reported an error:'] : []),
    ...content,
    ...structured,
  ];
  return lines.join('\n') || 'The tool returned nothing.';
}

function showContent(item: unknown): string {
  const parsed = contentSchema.safeParse(item);
  if (!parsed.success) return printable(JSON.stringify(item));
  const content = parsed.data;
  if (content.type === 'text') return printable(content.text);
  if (content.type === 'resource')
    return printable(content.resource.text ?? `[resource ${content.resource.uri}]`);
  if (content.type === 'resource_link') return `[link ${oneLine(content.uri)}]`;
  return `[${content.type} ${oneLine(content.mimeType)}, ${byteSize(Math.floor((content.data.length * 3) / 4))}]`;
}
