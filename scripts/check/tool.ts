/** Runs one of the development tools and reads its findings. */
import { spawn } from 'node:child_process';
import { isAbsolute, relative } from 'node:path';
import { root } from '../lib/root.mjs';
import { toolEnvironment, toolPath } from '../lib/tools.mjs';
import type { Violation } from './part.ts';

export interface ToolOutput {
  code: number;
  /** stdout and stderr together. */
  text: string;
}

export function runForOutput(tool: string, args: readonly string[], cwd: string): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [toolPath(tool), ...args], { cwd, env: toolEnvironment() });
    let text = '';
    const collect = (chunk: Buffer) => (text += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, text }));
  });
}

/**
 * Findings from lines that `pattern` matches with the groups `file`, `line` and `message`. A tool that failed without
 * one line of that form has itself gone wrong: its whole output is the finding.
 */
export function readFindings(tool: string, { code, text }: ToolOutput, pattern: RegExp): Violation[] {
  const found = text.split('\n').flatMap((row) => {
    const groups = pattern.exec(row)?.groups;
    return groups ? [toViolation(groups)] : [];
  });
  if (code !== 0 && found.length === 0)
    return [{ file: tool, message: `failed with ${code}: ${text.trim()}` }];
  return found;
}

const toViolation = ({ file = '', line, message = '' }: Record<string, string | undefined>): Violation => ({
  file: isAbsolute(file) ? relative(root, file) : file,
  ...(line === undefined ? {} : { line: Number(line) }),
  message,
});
