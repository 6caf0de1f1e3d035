/** The text of a QR code in a picture. */
import decodeQr from 'qr/decode.js';

/** Pictures are looked at in these sizes, the longer side in pixels: a code can be too large as well as too small. */
const SIZES = [1024, 640, 1800];
/** Larger files are photographs of something else, or worse. */
const MAX_BYTES = 32 * 1024 * 1024;

/** For one size; the default is a frame of a camera. */
const TIME_LIMIT_MS = 1500;

/** `undefined` where there is none that can be read. Rejects where the file is no picture. */
export async function textInPicture(picture: Blob): Promise<string | undefined> {
  if (picture.size > MAX_BYTES) return undefined;
  const bitmap = await createImageBitmap(picture);
  try {
    for (const size of SIZES) {
      const text = decoded(pixels(bitmap, size));
      if (text !== undefined) return text;
    }
    return undefined;
  } finally {
    bitmap.close();
  }
}

function pixels(bitmap: ImageBitmap, longest: number): ImageData {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale)];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  // Codes are dark on light, also where the picture is transparent.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function decoded({ data, height, width }: ImageData): string | undefined {
  try {
    return decodeQr({ data, height, width }, { timeLimit: TIME_LIMIT_MS });
  } catch {
    // There is no code, or not in this size: the next size is tried, and the caller says so in the end.
    return undefined;
  }
}
