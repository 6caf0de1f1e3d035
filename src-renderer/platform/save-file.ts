/** How long the browser may take to begin a download before the file is given up. */
const LINGER_MS = 60_000;

/** Hands a file to the person as a download. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LINGER_MS);
}
