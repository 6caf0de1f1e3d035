/**
 * Text that strangers wrote and that people and models read. Fingerprints cover the raw text; for display hidden
 * characters are stripped, and their presence is a warning.
 */
import type { Tool } from './tool.ts';

/** Zero-width and bidirectional controls, invisible operators, tags, soft hyphen, variation selectors that say nothing about emoji, annotation and music controls, empty Braille. */
// biome-ignore format: one class per line is easier to check against the Unicode charts
const HIDDEN = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u2800\ufe00-\ufe0d\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/** Control characters other than tab and line ends. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

export const stripHidden = (text: string): string => text.replace(HIDDEN, '').replace(CONTROL, '');

export const hasHidden = (text: string): boolean => stripHidden(text) !== text;

/** Codes of what a person should know before approving a tool. */
export function warningsOf(tool: Tool): string[] {
  const warnings: string[] = [];
  const { annotations, description = '', inputSchema, name, outputSchema, title = '' } = tool;
  if (hasHidden(JSON.stringify([inputSchema, outputSchema, annotations]) + name + title + description))
    warnings.push('hidden_characters');
  if (/[^\u0020-\u007e]/.test(tool.name)) warnings.push('unusual_name');
  if (!tool.description) warnings.push('no_description');
  if (tool.annotations?.destructiveHint === true) warnings.push('destructive');
  return warnings;
}
