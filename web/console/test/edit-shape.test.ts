import { describe, expect, it } from 'vitest'
import { changed, geometryOf, handles, insert, keyOf, move, remove, shapesOf, snap } from '@shared/edit-shape'
import type { Shapes } from '@shared/edit-shape'

/** Two squares side by side that share an edge, the second with a hole. */
const pair: Shapes = {
  6: [[[[119, 25], [119.01, 25], [119.01, 25.01], [119, 25.01]]]],
  7: [[[[119.01, 25], [119.02, 25], [119.02, 25.01], [119.01, 25.01]], [[119.012, 25.002], [119.014, 25.002], [119.014, 25.004]]]],
}
const both = ['6', '7']

describe('the drawing of boundaries', () => {
  it('moves a shared vertex for both neighbours, and for one alone where that is wanted', () => {
    const together = move(pair, both, '119.010000,25.000000', [119.009, 25.0005])
    expect(together['6']![0]![0]![1]).toEqual([119.009, 25.0005])
    expect(together['7']![0]![0]![0]).toEqual([119.009, 25.0005])
    expect(changed(pair, together)).toEqual(both)
    expect(changed(pair, move(pair, ['6'], '119.010000,25.000000', [119.009, 25]))).toEqual(['6'])
  })

  it('puts a vertex on a shared edge of both, whichever way they run, and takes it away again', () => {
    const [a, b] = ['119.010000,25.000000', '119.010000,25.010000']
    const more = insert(pair, both, a, b, [119.0105, 25.005])
    expect(more['6']![0]![0]).toHaveLength(5)
    expect(more['7']![0]![0]).toHaveLength(5)
    expect(changed(pair, remove(more, both, '119.010500,25.005000'))).toEqual([])
    // A ring of three keeps them.
    expect(remove(pair, both, '119.012000,25.002000')['7']![0]![1]).toHaveLength(3)
  })

  it('snaps to the nearest vertex of a neighbour within reach', () => {
    expect(snap(pair, '6', '119.000000,25.000000', [119.0101, 25.0001], 0.001)).toEqual([119.01, 25])
    expect(snap(pair, '6', '119.000000,25.000000', [119.1, 25.1], 0.001)).toBeNull()
    const joined = move(pair, ['6'], '119.010000,25.000000', [119.01, 25.01])
    expect(joined['6']![0]![0]).toHaveLength(3)
  })

  it('reads and writes parts and holes with closed rings', () => {
    const features = Object.entries(pair).map(([id, shape]) => ({ type: 'Feature' as const, properties: { id }, geometry: geometryOf(shape) }))
    expect(features[1]!.geometry.coordinates).toHaveLength(2)
    expect(shapesOf({ type: 'FeatureCollection', features })).toEqual(pair)
    const islands = geometryOf([...pair['6']!, ...pair['7']!])
    expect(islands.type).toBe('MultiPolygon')
    expect(shapesOf({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { id: 1 }, geometry: islands }] })['1']).toHaveLength(2)
  })

  it('offers every vertex and the middle of every edge', () => {
    const all = handles(pair['6']!)
    expect(all.filter((one) => one.kind === 'vertex').map((one) => one.keys[0])).toContain(keyOf([119.01, 25.01]))
    expect(all).toHaveLength(8)
  })
})
