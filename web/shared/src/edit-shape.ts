/**
 * Drawing boundaries (R008), apart from any map: shapes of neighbours share their vertices, so that what
 * is moved for one moves for the other and no gap opens. Six decimals, as the server keeps them.
 */
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson'

/** The rings of an area without the repeated last point: polygons > rings > vertices. */
export type Shape = Position[][][]
export type Shapes = Record<string, Shape>

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
export const keyOf = (at: Position) => `${round(at[0]!).toFixed(6)},${round(at[1]!).toFixed(6)}`

function open(ring: Position[]): Position[] {
  const all = ring.map(([lon, lat]) => [round(lon!), round(lat!)])
  if (all.length > 1 && keyOf(all[0]!) === keyOf(all[all.length - 1]!)) all.pop()
  return all
}

/** The shapes of a collection by the id of their area. */
export function shapesOf(areas: FeatureCollection): Shapes {
  const all: Shapes = {}
  for (const feature of areas.features) {
    const shape = shapeOf(feature)
    const id: unknown = feature.properties?.id
    if (shape && id !== undefined) all[String(id)] = shape
  }
  return all
}

export function shapeOf(feature: Feature): Shape | null {
  const geometry = feature.geometry
  if (geometry?.type === 'Polygon') return [geometry.coordinates.map(open)]
  if (geometry?.type === 'MultiPolygon') return geometry.coordinates.map((part) => part.map(open))
  return null
}

/** The geometry as GeoJSON has it: rings closed, one polygon alone as such. */
export function geometryOf(shape: Shape): Polygon | MultiPolygon {
  const closed = shape.map((part) => part.map((ring) => [...ring, ring[0]!]))
  return closed.length === 1 ? { type: 'Polygon', coordinates: closed[0]! } : { type: 'MultiPolygon', coordinates: closed }
}

const each = (shapes: Shapes, ids: string[], change: (ring: Position[]) => Position[]): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([id, shape]) => [id, ids.includes(id) ? shape.map((part) => part.map(change)) : shape]))

/** Moves a vertex in all of these areas that have it. */
export function move(shapes: Shapes, ids: string[], from: string, to: Position): Shapes {
  const at = [round(to[0]!), round(to[1]!)]
  return each(shapes, ids, (ring) => (ring.some((one) => keyOf(one) === from) ? unlike(ring.map((one) => (keyOf(one) === from ? at : one))) : ring))
}

/** Without a vertex twice in a row: what a snap leaves behind. A ring never falls below three. */
function unlike(ring: Position[]): Position[] {
  const kept = ring.filter((one, index) => keyOf(one) !== keyOf(ring[(index + ring.length - 1) % ring.length]!))
  return kept.length >= 3 ? kept : ring
}

/** Puts a new vertex on the edge between two, in every ring of these areas that has the edge. */
export function insert(shapes: Shapes, ids: string[], a: string, b: string, at: Position): Shapes {
  const fresh = [round(at[0]!), round(at[1]!)]
  return each(shapes, ids, (ring) =>
    ring.flatMap((one, index) => {
      const [here, next] = [keyOf(one), keyOf(ring[(index + 1) % ring.length]!)]
      return (here === a && next === b) || (here === b && next === a) ? [one, fresh] : [one]
    }),
  )
}

/** Takes a vertex away from every ring of these areas that keeps at least three others. */
export function remove(shapes: Shapes, ids: string[], key: string): Shapes {
  return each(shapes, ids, (ring) => (ring.length > 3 ? ring.filter((one) => keyOf(one) !== key) : ring))
}

/** The nearest vertex of other areas, or of another place in this one, within `reach` degrees. */
export function snap(shapes: Shapes, own: string, moving: string, at: Position, reach: number): Position | null {
  let best: Position | null = null
  let least = reach
  for (const [id, shape] of Object.entries(shapes)) {
    for (const one of shape.flat(2)) {
      if (keyOf(one) === moving || (id === own && best)) continue
      const far = Math.hypot((one[0]! - at[0]!) * Math.cos((at[1]! * Math.PI) / 180), one[1]! - at[1]!)
      if (far < least) [best, least] = [one, far]
    }
  }
  return best
}

export interface Handle {
  kind: 'vertex' | 'middle'
  at: Position
  /** Of a vertex its key; of a middle the keys of both ends. */
  keys: string[]
}

/** What of an area can be taken hold of: its vertices, and the middles of its edges to put new ones. */
export function handles(shape: Shape): Handle[] {
  return shape.flat().flatMap((ring) =>
    ring.flatMap((one, index): Handle[] => {
      const next = ring[(index + 1) % ring.length]!
      return [
        { kind: 'vertex', at: one, keys: [keyOf(one)] },
        { kind: 'middle', at: [(one[0]! + next[0]!) / 2, (one[1]! + next[1]!) / 2], keys: [keyOf(one), keyOf(next)] },
      ]
    }),
  )
}

/** The areas whose shape is no longer what it was. */
export function changed(before: Shapes, now: Shapes): string[] {
  return Object.keys(now).filter((id) => JSON.stringify(now[id]) !== JSON.stringify(before[id]))
}
