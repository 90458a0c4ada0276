const LONGEST_PX = 1600;
const QUALITY = 0.8;

/** How large a picture is drawn so that neither side is longer than `longest`; it is never made larger. */
export function fitted(width: number, height: number, longest = LONGEST_PX): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A photo as a small JPEG in base64, upright and without what the phone wrote into it; null of what is no picture. */
export async function shrink(file: Blob): Promise<string | null> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const { width, height } = fitted(picture.width, picture.height);
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d")!.drawImage(picture, 0, 0, width, height);
    picture.close();
    return canvas.toDataURL("image/jpeg", QUALITY).split(",")[1] ?? null;
  } catch {
    return null;
  }
}
