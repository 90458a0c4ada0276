/** Gives a canvas its size in pixels; only another one makes it anew, and empty. */
export function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  const [w, h] = [Math.round(width), Math.round(height)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}
