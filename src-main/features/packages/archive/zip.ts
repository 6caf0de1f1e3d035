/**
 * Strict reading of a ZIP file's structure, before anything is inflated. ZIP leaves room for two readers to see two
 * different archives: names that collide, entries that overlap, bytes in front, between and behind, a central directory
 * that says something else than the entries. Every such room is closed here; what passes has one meaning.
 *
 * Structure: APPNOTE.TXT 6.3, sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16. ZIP64 is not needed below 512 MiB and refused.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Entry, fromFd, type ZipFile } from 'yauzl';
import { AppError } from '#shared/kernel/errors.ts';

export const LIMITS = {
  entries: 20_000,
  totalBytes: 512 << 20,
  fileBytes: 128 << 20,
  /** Inflated over deflated, where a file is larger than `ratioFrom`. */
  ratio: 200,
  ratioFrom: 1 << 20,
  pathLength: 240,
  depth: 24,
} as const;

/** A file of the archive that passed. */
export interface CheckedEntry {
  /** Path with `/`, relative, safe on every platform. */
  path: string;
  size: number;
  compressedSize: number;
  crc32: number;
  executable: boolean;
  entry: Entry;
}

export interface CheckedArchive {
  files: CheckedEntry[];
  /** Bytes of all files when inflated. */
  totalBytes: number;
  zip: ZipFile;
  close(): Promise<void>;
}

const openZip = promisify(
  (fd: number, done: (error: Error | null, zip: ZipFile) => void) =>
    void fromFd(
      fd,
      {
        lazyEntries: true,
        autoClose: false,
        strictFileNames: true,
        validateEntrySizes: true,
        decodeStrings: true,
      },
      (error, zip) => done(error, zip),
    ),
);

/** Throws `packages.hostile_archive` with the reason, before anything was inflated. */
export async function openChecked(path: string): Promise<CheckedArchive> {
  const file = await open(path, 'r');
  try {
    const zip = await openZip(file.fd).catch((cause: unknown) => {
      throw hostile('it is no sound archive', cause);
    });
    const entries = await readEntries(zip);
    const files = checkEntries(entries);
    await checkLayout(file, zip, entries);
    return {
      files,
      totalBytes: files.reduce((sum, { size }) => sum + size, 0),
      zip,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readEntries(zip: ZipFile): Promise<Entry[]> {
  if (zip.entryCount > LIMITS.entries) throw hostile('it has too many files');
  if (zip.comment.length > 0) throw hostile('it carries a comment');
  const entries: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('error', (error) => reject(hostile('its list of files is broken', error)));
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.readEntry();
  });
}

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
const SPECIAL_BITS = 0o7000;
const EXECUTABLE = 0o111;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_OR_MASKED = 0x2041;

function checkEntries(entries: readonly Entry[]): CheckedEntry[] {
  /** Folded path → whether it is a folder. */
  const seen = new Map<string, 'file' | 'folder'>();
  const files: CheckedEntry[] = [];
  let total = 0;
  for (const entry of entries) {
    const { compressedSize, fileName, uncompressedSize } = entry;
    const mode = checkMode(entry);
    checkReading(entry);
    checkName(fileName);
    const isFolder = fileName.endsWith('/');
    claim(seen, fileName, isFolder);
    if (isFolder) {
      if (uncompressedSize > 0 || compressedSize > 2) throw hostile('a folder has content', fileName);
      continue;
    }
    if (uncompressedSize > LIMITS.fileBytes) throw hostile('a file is too large', fileName);
    total += uncompressedSize;
    if (total > LIMITS.totalBytes) throw hostile('it is too large when unpacked');
    const isLarge = uncompressedSize > LIMITS.ratioFrom;
    if (isLarge && uncompressedSize > compressedSize * LIMITS.ratio)
      throw hostile('a file is packed beyond belief', fileName);
    files.push({
      path: fileName,
      size: uncompressedSize,
      compressedSize,
      crc32: entry.crc32,
      executable: (mode & EXECUTABLE) !== 0,
      entry,
    });
  }
  return files;
}

/** The mode under which a Unix archiver packed it; 0 elsewhere. */
function checkMode({
  compressionMethod,
  externalFileAttributes,
  fileName,
  generalPurposeBitFlag,
}: Entry): number {
  const mode = externalFileAttributes >>> 16;
  const type = mode & FILE_TYPE;
  const isPlain = type === 0 || type === REGULAR || (type === DIRECTORY && fileName.endsWith('/'));
  if (!isPlain) throw hostile('it holds a link or a device', fileName);
  if ((mode & SPECIAL_BITS) !== 0) throw hostile('a file wants special rights', fileName);
  if ((generalPurposeBitFlag & ENCRYPTED_OR_MASKED) !== 0) throw hostile('a file is encrypted', fileName);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw hostile('a file is packed in an unusual way', fileName);
  return mode;
}

const IS_UTF8 = 0x800;
const ZIP64 = 0x0001;
const OTHER_NAME = 0x7075;

/** Two programs must read the same name and the same sizes. */
function checkReading({ extraFields, fileName, fileNameRaw, generalPurposeBitFlag }: Entry): void {
  if ((generalPurposeBitFlag & IS_UTF8) === 0 && fileNameRaw.some((byte) => byte >= 0x80))
    throw hostile('a path is in an unknown alphabet', fileName);
  if (extraFields.some(({ id }) => id === ZIP64 || id === OTHER_NAME))
    throw hostile('a file has a second name or size', fileName);
}

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\:*?"<>|]/u;

function checkName(name: string): void {
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (name.length > LIMITS.pathLength || parts.length > LIMITS.depth)
    throw hostile('a path is too long', name);
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || RESERVED_ON_WINDOWS.test(part) || /[. ]$|^ /.test(part);
  if (FORBIDDEN.test(name) || !name.isWellFormed() || parts.some(isBad))
    throw hostile('a path is not safe', name);
}

/** Two names that some file system takes for one would overwrite each other. */
function claim(seen: Map<string, 'file' | 'folder'>, name: string, isFolder: boolean): void {
  const folded = fold(isFolder ? name.slice(0, -1) : name);
  if (seen.get(folded) === 'file' || (seen.has(folded) && !isFolder))
    throw hostile('two paths collide', name);
  seen.set(folded, isFolder ? 'folder' : 'file');
  for (let at = folded.lastIndexOf('/'); at > 0; at = folded.lastIndexOf('/', at - 1)) {
    const parent = folded.slice(0, at);
    if (seen.get(parent) === 'file') throw hostile('a file is used as a folder', name);
    seen.set(parent, 'folder');
  }
}

const fold = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const HAS_DESCRIPTOR = 0x8;
/** CRC and two sizes, with or without a signature. */
const DESCRIPTOR_BYTES = [12, 16];
const END_BYTES = 22;
const END_SIGNATURE = 0x06054b50;

/** Local entries lie one after the other from the first byte to the central directory, and say what it says. */
async function checkLayout(file: FileHandle, zip: ZipFile, entries: readonly Entry[]): Promise<void> {
  const { size } = await file.stat();
  const end = await readAt(file, size - END_BYTES, END_BYTES);
  if (end.length < END_BYTES || end.readUInt32LE(0) !== END_SIGNATURE) throw hostile('something follows it');
  const directoryAt = end.readUInt32LE(16);
  if (directoryAt + end.readUInt32LE(12) !== size - END_BYTES || end.readUInt16LE(10) !== zip.entryCount)
    throw hostile('something lies behind its list of files');
  const inOrder = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let expected = [0];
  for (const entry of inOrder) {
    const at = entry.relativeOffsetOfLocalHeader;
    if (!expected.includes(at))
      throw hostile('its files overlap, or something lies between them', entry.fileName);
    const after = await localEnd(file, entry);
    expected = hasDescriptor(entry) ? DESCRIPTOR_BYTES.map((bytes) => after + bytes) : [after];
  }
  if (!expected.includes(directoryAt)) throw hostile('something lies before its list of files');
}

const hasDescriptor = ({ generalPurposeBitFlag }: Entry): boolean =>
  (generalPurposeBitFlag & HAS_DESCRIPTOR) !== 0;

/** Where the data of an entry ends. The local header must name the same file, packed in the same way. */
async function localEnd(file: FileHandle, entry: Entry): Promise<number> {
  const at = entry.relativeOffsetOfLocalHeader;
  const header = await readAt(file, at, LOCAL_BYTES + entry.fileNameLength);
  if (header.length < LOCAL_BYTES + entry.fileNameLength || header.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw hostile('a file is not where its list says', entry.fileName);
  const nameBytes = header.readUInt16LE(26);
  const isSame =
    nameBytes === entry.fileNameLength &&
    header.subarray(LOCAL_BYTES).equals(entry.fileNameRaw) &&
    header.readUInt16LE(6) === entry.generalPurposeBitFlag &&
    header.readUInt16LE(8) === entry.compressionMethod &&
    (hasDescriptor(entry) || header.readUInt32LE(18) === entry.compressedSize);
  if (!isSame) throw hostile('a file contradicts its list', entry.fileName);
  return at + LOCAL_BYTES + nameBytes + header.readUInt16LE(28) + entry.compressedSize;
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  if (at < 0) return Buffer.alloc(0);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** @param about the path concerned, or what was thrown */
export function hostile(why: string, about?: unknown): AppError {
  const path = typeof about === 'string' ? about.slice(0, 120) : undefined;
  return new AppError('packages.hostile_archive', `The package’s archive is refused: ${why}.`, {
    advice: 'Nothing was unpacked. Tell its publisher; do not unpack it by hand.',
    details: { why, ...(path === undefined ? {} : { path }) },
    cause: path === undefined ? about : undefined,
  });
}
