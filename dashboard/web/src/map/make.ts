import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { addProtocol, Map as MapLibre, setWorkerUrl, type MapOptions, type StyleSpecification } from "maplibre-gl";
import { readBaseMap, type BaseMap } from "../api/client";
import { coloursOfPage } from "./colours";
import { styleOf } from "./style";

const NO_BASE: BaseMap = { format: null, url: null };

setWorkerUrl(workerUrl);

export const remInPixels = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize);

export const fontOfPage = (): string => getComputedStyle(document.body).fontFamily;

/**
 * The house's map in a frame, with the site's streets under its areas. `change` may draw other things over them.
 * Null where the page has gone on meanwhile; rejected where there is no WebGL.
 */
export async function makeMap(
  frame: () => HTMLElement | null,
  more: Partial<MapOptions> = {},
  change: (style: StyleSpecification) => StyleSpecification = (style) => style,
): Promise<MapLibre | null> {
  const base = await basemap();
  const container = frame();
  if (container === null) return null;
  const made = new MapLibre({
    container,
    style: change(styleOf(coloursOfPage(), fontOfPage(), remInPixels(), base)),
    attributionControl: false,
    localIdeographFontFamily: fontOfPage(),
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    ...more,
  });
  made.touchZoomRotate.disableRotation();
  return made;
}

/** What lies under the areas; an archive's reader is fetched only where there is one. */
async function basemap(): Promise<BaseMap> {
  const answer = await readBaseMap();
  if (!answer.ok) return NO_BASE;
  if (answer.value.format === "pmtiles") {
    const { Protocol } = await import("pmtiles");
    addProtocol("pmtiles", new Protocol().tile);
  }
  return answer.value;
}
