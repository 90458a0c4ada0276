import type { Map as MapLibre, Point } from "maplibre-gl";
import { resize } from "../parts/canvas";
import type { Placed } from "./placed";
import { SHARPNESS } from "./signs";

export interface Overlay {
  show(placed: readonly Placed[]): void;
  /** What is drawn uppermost at a point of the frame, in pixels. */
  at(point: Point): Placed | null;
}

/**
 * Signs over a map, on a canvas of their own: as symbols of the map, thousands of them took 0.3 GB and the whole of
 * it was drawn anew for each that changed, most of a core where there is no graphics card.
 */
export function layOver(map: MapLibre, pictures: ReadonlyMap<string, HTMLCanvasElement>): Overlay {
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none";
  map.getCanvas().after(canvas); // below the marks of new tickets
  let all: readonly Placed[] = [];

  const sideOf = (one: Placed): number => (pictures.get(one.sign)!.width / SHARPNESS) * one.scale;

  function draw(): void {
    const pen = penOn(canvas, map.getCanvas());
    for (const one of all) {
      const { x, y } = map.project(one.place);
      const side = sideOf(one);
      pen.drawImage(pictures.get(one.sign)!, x - side / 2, y - side / 2, side, side);
    }
  }

  map.on("move", draw);
  map.on("resize", draw);
  return {
    show(placed) {
      all = placed;
      draw();
    },
    at: (point) => all.findLast((one) => map.project(one.place).dist(point) <= sideOf(one) / 2) ?? null,
  };
}

/** An empty canvas as large as the frame, whose pixels are those of the page. */
function penOn(canvas: HTMLCanvasElement, { clientWidth, clientHeight }: HTMLElement): CanvasRenderingContext2D {
  resize(canvas, clientWidth * window.devicePixelRatio, clientHeight * window.devicePixelRatio);
  const pen = canvas.getContext("2d")!;
  pen.setTransform(window.devicePixelRatio, 0, 0, window.devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, clientWidth, clientHeight);
  return pen;
}
