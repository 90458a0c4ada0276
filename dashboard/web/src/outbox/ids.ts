/** A random UUID (version 4); `crypto.randomUUID` is not there on a page that came over plain HTTP. */
export function newId(random: Uint8Array = crypto.getRandomValues(new Uint8Array(16))): string {
  const bytes = [...random];
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
