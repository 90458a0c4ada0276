import { ref, type Ref } from "vue";
import type { Point } from "./ring";

/** A corner under a finger or the mouse. */
export interface Drag {
  corner: number;
  to: Point;
}

/** Drags a corner over a surface; what is under way is shown at once, and told when it ends. */
export function useDrag(surface: Readonly<Ref<HTMLElement | null>>, drop: (drag: Drag) => void) {
  const drag = ref<Drag | null>(null);

  /** Where on the surface, in fractions of it. */
  function placeOf({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const { left, top, width, height } = surface.value!.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  function grab(corner: number, event: PointerEvent): void {
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    const from = placeOf(event);
    let moving = false;
    const move = (now: PointerEvent): void => {
      moving ||= isFar(from, placeOf(now));
      if (moving) drag.value = { corner, to: placeOf(now) };
    };
    const end = (): void => {
      handle.removeEventListener("pointermove", move);
      if (drag.value !== null) drop(drag.value);
      drag.value = null;
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }

  return { drag, placeOf, grab };
}

/** A finger that is put down trembles: that is no move. */
const isFar = ([x1, y1]: Point, [x2, y2]: Point): boolean => Math.hypot(x2 - x1, y2 - y1) > 0.004;
