import type { Point, Severity } from "../api/client";
import { SEVERITIES } from "../parts/severity";

/** The ring around a ticket's sign is its clock: so many eighths are left. */
export const RINGS = 8;
export type Ring = number | "late";

export const signOf = (severity: Severity, ring: Ring): string => `${severity}-${ring}`;

/** How much of the time for its next step a ticket has left. */
export function ringOf(point: Pick<Point, "opened_at" | "due">, now: number): Ring {
  const due = Date.parse(point.due);
  if (due < now) return "late";
  const allowed = due - Date.parse(point.opened_at);
  return allowed > 0 ? Math.min(RINGS, Math.ceil((RINGS * (due - now)) / allowed)) : RINGS;
}

export interface Colours {
  ground: string;
  panel: string;
  line: string;
  text: string;
  quiet: string;
  water: string;
  street: string;
  severity: Record<Severity, string>;
}

/** How far the pictures are drawn larger than they are shown, so that they stay sharp. */
export const SHARPNESS = 2;

const TURN = 2 * Math.PI;

/** Draws into a square of `size` pixels; the pen's unit is a fortieth of it. */
type Draw = (pen: CanvasRenderingContext2D) => void;

/** The pictures of all signs, by name, each a square of `size` pixels. */
export function drawSigns(size: number, colours: Colours): Map<string, HTMLCanvasElement> {
  const drawings = new Map<string, Draw>([
    ["camera", drawCamera(colours)],
    ["camera-blind", drawBlind(colours, drawCamera(colours))],
    ["sensor", drawSensor(colours)],
    ["sensor-blind", drawBlind(colours, drawSensor(colours))],
  ]);
  for (const severity of SEVERITIES) {
    for (const ring of [...Array(RINGS + 1).keys(), "late"] as Ring[]) {
      drawings.set(signOf(severity, ring), drawTicket(severity, ring, colours));
    }
  }
  return new Map([...drawings].map(([name, draw]) => [name, picture(size, draw)]));
}

/** What lies over an area that no camera sees, side by side, in a square of `size` pixels. */
export const drawHatch = (size: number, colours: Colours): ImageData =>
  picture(size, hatch(colours)).getContext("2d")!.getImageData(0, 0, size, size);

function picture(size: number, draw: Draw): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d")!;
  pen.scale(size / 40, size / 40);
  draw(pen);
  return canvas;
}

/** The shape says how grave it is, the ring how much time is left; a late one is filled all over. */
function drawTicket(severity: Severity, ring: Ring, colours: Colours): Draw {
  const colour = colours.severity[severity];
  return (pen) => {
    pen.fillStyle = ring === "late" ? colour : colours.ground;
    disc(pen, 18);
    pen.fill();
    pen.lineWidth = 4;
    pen.strokeStyle = colours.line;
    disc(pen, 17);
    pen.stroke();
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.arc(20, 20, 17, -TURN / 4, (ring === "late" ? 1 : ring / RINGS) * TURN - TURN / 4);
    pen.stroke();
    pen.fillStyle = ring === "late" ? colours.ground : colour;
    SHAPES[severity](pen);
    pen.fill();
  };
}

const SHAPES: Record<Severity, Draw> = {
  critical: (pen) => polygon(pen, [[20, 8], [31, 28], [9, 28]]),
  major: (pen) => polygon(pen, [[20, 8], [32, 20], [20, 32], [8, 20]]),
  minor: (pen) => disc(pen, 8),
};

function drawCamera(colours: Colours): Draw {
  return (pen) => {
    pen.fillStyle = colours.ground;
    pen.strokeStyle = colours.text;
    pen.lineWidth = 3;
    disc(pen, 12);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colours.text;
    disc(pen, 5);
    pen.fill();
  };
}

function drawSensor(colours: Colours): Draw {
  return (pen) => {
    pen.fillStyle = colours.quiet;
    pen.strokeStyle = colours.ground;
    pen.lineWidth = 2;
    polygon(pen, [[13, 13], [27, 13], [27, 27], [13, 27]]);
    pen.fill();
    pen.stroke();
  };
}

/** ⦸ over what it was. */
function drawBlind(colours: Colours, draw: Draw): Draw {
  return (pen) => {
    pen.globalAlpha = 0.35;
    draw(pen);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.quiet;
    pen.lineWidth = 4;
    disc(pen, 15);
    pen.moveTo(9.5, 9.5);
    pen.lineTo(30.5, 30.5);
    pen.stroke();
  };
}

function hatch(colours: Colours): Draw {
  return (pen) => {
    pen.strokeStyle = colours.quiet;
    pen.globalAlpha = 0.5;
    pen.lineWidth = 5;
    for (const offset of [-20, 0, 20, 40]) {
      pen.beginPath();
      pen.moveTo(offset - 5, 45);
      pen.lineTo(offset + 45, -5);
      pen.stroke();
    }
  };
}

function disc(pen: CanvasRenderingContext2D, radius: number): void {
  pen.beginPath();
  pen.arc(20, 20, radius, 0, TURN);
}

function polygon(pen: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[]): void {
  pen.beginPath();
  for (const [x, y] of corners) pen.lineTo(x, y);
  pen.closePath();
}
