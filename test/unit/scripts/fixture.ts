import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatViolation, type Part } from '#scripts/check/part.ts';
import { openProject } from '#scripts/check/project.ts';

/** A folder with these files, gone when the test is over. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** What a part of the check prints about a checkout with these files. */
export async function findingsOf(part: Part, files: Record<string, string>): Promise<string[]> {
  const found = await part.find(openProject(folderWith(files)));
  return found.map(formatViolation).sort();
}
