/**
 * What the pages need of a map: areas as coloured shapes with names, one marker, clicks. The engine
 * (MapLibre, WebGL 2) is loaded only when a map is shown; without WebGL the pages show lists instead.
 */
import type { FeatureCollection, Geometry } from 'geojson'

/** Whether this browser can draw a map at all. */
export function hasWebgl(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null
  } catch {
    return false
  }
}

export interface AreaMapOptions {
  container: HTMLElement
  label: string
  /** A child area was clicked. */
  onArea?: (id: string) => void
  /** Any place was clicked, WGS 84 degrees. */
  onPoint?: (lon: number, lat: number) => void
  onHover?: (id: string | null) => void
  /** A handle is dragged; `pixel` is how many degrees a pixel has. */
  onDrag?: (index: number, at: [number, number], done: boolean, pixel: number) => void
  /** A handle was double-clicked. */
  onHandle?: (index: number) => void
}

/** What is laid over the areas while boundaries are drawn. */
export interface Overlay {
  handles: { kind: string; at: number[] }[]
  /** Places where something is wrong. */
  spots: number[][]
  /** A line that is being drawn. */
  line: number[][]
  /** A shape of another day. */
  ghost: Geometry | null
}

export interface AreaMap {
  /** Shows areas; `colours` by area id, others get the neutral fill. Fits the view when `fit`. */
  show(areas: FeatureCollection, colours: Record<string, string>, captions: Record<string, string>, fit: boolean): void
  /** Puts, moves or takes away the marker. */
  mark(point: [number, number] | null, centre?: boolean): void
  highlight(id: string | null): void
  overlay(over: Overlay): void
  destroy(): void
}

export async function createAreaMap(options: AreaMapOptions): Promise<AreaMap> {
  const { createEngine } = await import('./map-engine')
  return createEngine(options)
}

/** Colours of a choropleth from light to dark; all pairs of neighbours can be told apart in grey print too. */
export const RAMP = ['#e8f1fb', '#c6ddf5', '#9cc3ec', '#6ea5df', '#4585cc']
export const NO_VALUE = '#eceff3'
/**
 * The line between areas, and the light band it runs in: so it stands out from every fill, pale or
 * dark, by 3:1 at least (WCAG 1.4.11).
 */
export const LINE = '#45586f'
export const LINE_BAND = '#ffffff'

/** Smallest box around the coordinates of a collection: [west, south, east, north]. */
export function boxOf(areas: FeatureCollection): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return
    if (typeof value[0] === 'number' && typeof value[1] === 'number') {
      const [lon, lat] = value as [number, number]
      box = box
        ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
        : [lon, lat, lon, lat]
      return
    }
    value.forEach(walk)
  }
  for (const feature of areas.features) {
    if (feature.geometry && 'coordinates' in feature.geometry) walk(feature.geometry.coordinates)
  }
  return box
}
