/** Links in the documents lead somewhere: to a file of this repository and to a heading in it. */
import { posix } from 'node:path';
import type { Part, Violation } from './part.ts';
import { lineAt } from './lines.ts';
import type { Project } from './project.ts';

export const links: Part = {
  name: 'links',
  proves: 'links between documents resolve',
  find: (project) =>
    project.files.filter((file) => file.endsWith('.md')).flatMap((file) => findDeadLinks(project, file)),
};

/** `[text](target)`, `![text](target)`, `<img src="target">` and `[label]: target`, code left out. */
const LINK = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|(?:src|srcset|href)="([^"]+)"|^\[[^\]]+\]:\s*(\S+)/gm;

function findDeadLinks(project: Project, file: string): Violation[] {
  const source = withoutCode(project.read(file));
  return [...source.matchAll(LINK)].flatMap((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    const fault = /^[a-z][a-z+.-]*:/i.test(target) ? undefined : faultOf(project, file, target);
    return fault ? [{ file, line: lineAt(source, match.index), message: fault }] : [];
  });
}

/** Blanks code, which may hold anything that looks like a link, and keeps the lines. */
const withoutCode = (source: string) =>
  source.replace(/^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));

function faultOf(project: Project, file: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURIComponent(target).split('#', 2);
  const to = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
  const exists = project.files.includes(to) || project.files.some((known) => known.startsWith(`${to}/`));
  if (!exists) return `links to ${target}, which does not exist`;
  if (!anchor || !to.endsWith('.md') || headingsOf(project.read(to)).has(anchor)) return undefined;
  return `links to ${target}, but ${to} has no such heading`;
}

/** Anchors of headings as the usual hosts make them: lower case, spaces to hyphens, punctuation dropped. */
function headingsOf(source: string): Set<string> {
  const headings = source.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm);
  return new Set([...headings].map((match) => slug(match[1] ?? '')));
}

const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
