/** What can be said of a package's tools without running them: what misleads a model or a person. Pure. */
import { hasHidden } from '../registry/text.ts';
import type { Tool } from '../registry/tool.ts';
import type { PackageManifest } from './manifest.ts';
import type { Finding } from './views.ts';

/** Texts in descriptions that speak to the model over its user's head. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|other|all)\b.{0,40}\b(instruction|rule|prompt|message)/i,
  /\b(do not|don't|never)\b.{0,30}\b(tell|inform|mention|show|reveal)\b.{0,30}\b(user|human|person|anyone)/i,
  /<\s*\/?\s*(important|system|secret|instructions?|assistant)\s*>/i,
  /\b(system prompt|developer message|hidden instruction)\b/i,
  /\b(before|instead of|always|first)\b.{0,40}\b(using|calling|call|use|invoke)\b.{0,30}\b(any|every|all|other)\b.{0,20}\btools?\b/i,
  /\b(read|send|include|pass|attach)\b.{0,60}(\.ssh|id_rsa|\.env\b|credentials?|api[_ ]?keys?|private key)/i,
];

export const hasInstructions = (text: string): boolean => INSTRUCTIONS.some((pattern) => pattern.test(text));

const finding = (level: Finding['level'], code: string, subject: string, message: string): Finding => ({
  level,
  code,
  subject,
  message,
});

/** Every text of a tool that a model reads. */
function textsOf(tool: Tool): string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [tool.title, tool.description, tool.inputSchema, tool.outputSchema];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null)
      waiting.push(...Object.keys(value), ...(Object.values(value) as unknown[]));
  }
  return texts;
}

export function lintTool(tool: Tool): Finding[] {
  const findings: Finding[] = [];
  const texts = textsOf(tool);
  const { description = '', inputSchema, name } = tool;
  if ([name, ...texts].some(hasHidden))
    findings.push(
      finding('error', 'hidden_characters', name, 'It has characters that nobody sees and models read.'),
    );
  if (texts.some(hasInstructions))
    findings.push(
      finding(
        'warning',
        'instructions',
        name,
        'Its description gives orders to the model instead of saying what the tool does.',
      ),
    );
  if (description.trim() === '')
    findings.push(
      finding('warning', 'no_description', name, 'It has no description: no model will know when to use it.'),
    );
  if (inputSchema['type'] !== 'object')
    findings.push(
      finding('warning', 'missing_schema', name, 'Its input schema does not say that it takes an object.'),
    );
  for (const property of undescribed(inputSchema))
    findings.push(
      finding('note', 'undescribed_argument', name, `Its argument ${property} has no description.`),
    );
  return findings;
}

function undescribed(schema: Record<string, unknown>): string[] {
  const properties = schema['properties'];
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).flatMap(([name, about]) =>
    typeof about === 'object' && about !== null && 'description' in about ? [] : [name],
  );
}

/** Compares what the manifest promises with what the server lists. */
export function compareTools(manifest: PackageManifest, real: readonly Tool[]): Finding[] {
  const declared = (manifest['tools'] ?? []) as Array<{ name: string }>;
  const generated = manifest['tools_generated'] === true;
  const names = new Set(real.map(({ name }) => name));
  const promised = new Set(declared.map(({ name }) => name));
  return [
    ...[...promised]
      .filter((name) => !names.has(name))
      .map((name) =>
        finding('error', 'tool_missing', name, 'The manifest names it and the server does not have it.'),
      ),
    ...[...names]
      .filter((name) => promised.size > 0 && !generated && !promised.has(name))
      .map((name) =>
        finding('warning', 'tool_undeclared', name, 'The server has it and the manifest does not name it.'),
      ),
    ...(names.size === 0 ? [finding('error', 'no_tools', manifest.name, 'The server lists no tools.')] : []),
  ];
}

export function lintManifest(manifest: PackageManifest): Finding[] {
  const findings: Finding[] = [];
  const { description, license, name } = manifest;
  if ([name, manifest.display_name ?? '', description].some(hasHidden))
    findings.push(
      finding('error', 'hidden_characters', 'manifest.json', 'It has characters that nobody sees.'),
    );
  if (hasInstructions(description))
    findings.push(
      finding('warning', 'instructions', 'manifest.json', 'Its description gives orders to models.'),
    );
  if (!license)
    findings.push(
      finding(
        'note',
        'no_license',
        'manifest.json',
        'It names no licence: others do not know what they may do with it.',
      ),
    );
  return findings;
}
