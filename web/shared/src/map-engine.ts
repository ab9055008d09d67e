/** The only file that touches MapLibre; loaded on demand by `createAreaMap`. */
import { AttributionControl, Map as Engine, Marker, NavigationControl, setWorkerUrl } from 'maplibre-gl'
import type { GeoJSONSource, LngLatBoundsLike } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
// A bundler moves the worker away from where MapLibre looks for it: without this the map stays blank.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Feature, FeatureCollection, Point } from 'geojson'
import { boxOf, LINE, LINE_BAND, NO_VALUE } from './map'
import type { AreaMap, AreaMapOptions } from './map'
import { zh } from './words'

setWorkerUrl(workerUrl)

/** Fonts of the machine itself: no glyphs are ever fetched. */
const FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] }

export async function createEngine(options: AreaMapOptions): Promise<AreaMap> {
  const engine = new Engine({
    container: options.container,
    style: { version: 8, sources: {}, layers: [{ id: 'sea', type: 'background', paint: { 'background-color': '#f4f7fa' } }] },
    localIdeographFontFamily: FONTS,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    // The page scrolls over a map; two fingers, or Ctrl with the wheel, move the map itself.
    cooperativeGestures: true,
    locale: { 'NavigationControl.ZoomIn': zh.map.zoomIn, 'NavigationControl.ZoomOut': zh.map.zoomOut, 'Map.Title': options.label,
      'CooperativeGesturesHandler.WindowsHelpText': zh.map.wheelHelp, 'CooperativeGesturesHandler.MacHelpText': zh.map.wheelHelpMac,
      'CooperativeGesturesHandler.MobileHelpText': zh.map.touchHelp },
  })
  engine.touchZoomRotate.disableRotation()
  engine.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  engine.addControl(new AttributionControl({ compact: true, customAttribution: '' }), 'bottom-right')
  await new Promise<void>((resolve, reject) => {
    engine.once('load', () => resolve())
    engine.once('error', (event) => reject(event.error))
  })

  engine.addSource('areas', { type: 'geojson', data: NOTHING, promoteId: 'id' })
  engine.addSource('labels', { type: 'geojson', data: NOTHING })
  engine.addLayer({
    id: 'fill', type: 'fill', source: 'areas', filter: ['!=', ['get', 'self'], true],
    paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': ['case', ['boolean', ['feature-state', 'on'], false], 1, 0.86] },
  })
  engine.addLayer({
    id: 'band', type: 'line', source: 'areas', filter: ['!=', ['get', 'self'], true],
    paint: { 'line-color': LINE_BAND, 'line-width': 4 },
  })
  engine.addLayer({
    id: 'line', type: 'line', source: 'areas', filter: ['!=', ['get', 'self'], true],
    paint: {
      'line-color': ['case', ['boolean', ['feature-state', 'on'], false], '#0b2f63', LINE],
      'line-width': ['case', ['boolean', ['feature-state', 'on'], false], 3, 1.5],
    },
  })
  engine.addLayer({
    id: 'outline', type: 'line', source: 'areas', filter: ['==', ['get', 'self'], true],
    paint: { 'line-color': '#27507f', 'line-width': 2 },
  })
  engine.addLayer({
    id: 'names', type: 'symbol', source: 'labels',
    layout: { 'text-field': ['get', 'caption'], 'text-font': ['sans-serif'], 'text-size': 13, 'text-line-height': 1.15, 'text-padding': 2,
      // A crowded name steps aside before it gives up.
      'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 0.5, 'text-justify': 'auto' },
    paint: { 'text-color': '#14263d', 'text-halo-color': 'rgba(255, 255, 255, 0.85)', 'text-halo-width': 1.2 },
  })

  for (const id of ['ghost', 'line-drawn', 'handles', 'spots']) engine.addSource(id, { type: 'geojson', data: NOTHING })
  engine.addLayer({ id: 'ghost', type: 'line', source: 'ghost', paint: { 'line-color': '#8a4b08', 'line-width': 3, 'line-dasharray': [2, 2] } })
  engine.addLayer({ id: 'line-drawn', type: 'line', source: 'line-drawn', paint: { 'line-color': '#0b2f63', 'line-width': 3 } })
  engine.addLayer({ id: 'spots', type: 'circle', source: 'spots', paint: { 'circle-radius': 14, 'circle-color': 'rgba(192, 39, 29, 0.15)', 'circle-stroke-color': '#c0271d', 'circle-stroke-width': 2 } })
  engine.addLayer({ id: 'middles', type: 'circle', source: 'handles', filter: ['==', ['get', 'kind'], 'middle'], minzoom: 13,
    paint: { 'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': '#27507f', 'circle-stroke-width': 1 } })
  engine.addLayer({ id: 'vertices', type: 'circle', source: 'handles', filter: ['==', ['get', 'kind'], 'vertex'],
    // Small while many lie close, large enough for a finger where one works.
    paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, 3.5, 16, 8], 'circle-color': '#27507f', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 1.5 } })
  const pixel = () => {
    const [left, right] = [engine.unproject([0, 0]), engine.unproject([100, 0])]
    return Math.abs(right.lng - left.lng) / 100
  }
  for (const layer of ['vertices', 'middles']) {
    for (const [down, drag, up] of [['mousedown', 'mousemove', 'mouseup'], ['touchstart', 'touchmove', 'touchend']] as const) {
      engine.on(down, layer, (event) => {
        const index = Number(event.features?.[0]?.properties.index)
        event.preventDefault()
        let last: [number, number] | null = null
        const go = (moved: { lngLat: { lng: number; lat: number } }) => {
          last = [moved.lngLat.lng, moved.lngLat.lat]
          options.onDrag?.(index, last, false, pixel())
        }
        engine.on(drag, go)
        engine.once(up, () => {
          engine.off(drag, go)
          if (last) options.onDrag?.(index, last, true, pixel())
        })
      })
    }
  }
  engine.on('dblclick', 'vertices', (event) => {
    event.preventDefault()
    options.onHandle?.(Number(event.features?.[0]?.properties.index))
  })

  let lit: string | null = null
  const highlight = (id: string | null) => {
    if (id === lit) return
    if (lit !== null) engine.setFeatureState({ source: 'areas', id: lit }, { on: false })
    if (id !== null) engine.setFeatureState({ source: 'areas', id }, { on: true })
    lit = id
  }
  engine.on('click', (event) => {
    options.onPoint?.(event.lngLat.lng, event.lngLat.lat)
    const hit = engine.queryRenderedFeatures(event.point, { layers: ['fill'] })[0]
    const id: unknown = hit?.properties.id
    if (options.onArea && id !== undefined) options.onArea(String(id))
  })
  engine.on('mousemove', 'fill', (event) => {
    const id: unknown = event.features?.[0]?.properties.id
    engine.getCanvas().style.cursor = 'pointer'
    highlight(id === undefined ? null : String(id))
    options.onHover?.(id === undefined ? null : String(id))
  })
  engine.on('mouseleave', 'fill', () => {
    engine.getCanvas().style.cursor = ''
    highlight(null)
    options.onHover?.(null)
  })

  let marker: Marker | undefined
  return {
    show(areas, colours, captions, fit) {
      highlight(null)
      const features = areas.features.map((feature) => {
        const id = String(feature.properties?.id ?? '')
        return { ...feature, properties: { ...feature.properties, id, self: feature.properties?.self === true, colour: colours[id] ?? NO_VALUE } }
      })
      engine.getSource<GeoJSONSource>('areas')?.setData({ type: 'FeatureCollection', features: features as Feature[] })
      // One label point per area: a MultiPolygon would repeat its name on every island.
      const labels = features.flatMap((feature): Feature<Point>[] => {
        const { id, self, name } = feature.properties as { id: string; self: boolean; name?: string }
        const raw: unknown = (feature.properties as { label?: unknown }).label
        if (self || !Array.isArray(raw)) return []
        return [{
          type: 'Feature',
          geometry: { type: 'Point', coordinates: raw as [number, number] },
          properties: { caption: captions[id] ?? name ?? '' },
        }]
      })
      engine.getSource<GeoJSONSource>('labels')?.setData({ type: 'FeatureCollection', features: labels })
      const box = fit ? boxOf(areas) : null
      if (box) engine.fitBounds(box as LngLatBoundsLike, { padding: 24, animate: false, maxZoom: 17 })
    },
    mark(point, centre = false) {
      if (!point) {
        marker?.remove()
        marker = undefined
        return
      }
      marker ??= new Marker({ color: '#c0271d' }).setLngLat(point).addTo(engine)
      marker.setLngLat(point)
      if (centre) engine.jumpTo({ center: point })
    },
    highlight,
    overlay(over) {
      // Who takes hold of a vertex does not scroll the page.
      if (over.handles.length) engine.cooperativeGestures.disable()
      const set = (id: string, features: Feature[]) => engine.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features })
      const dot = (at: number[], properties: Record<string, unknown> = {}): Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: at } })
      set('handles', over.handles.map((one, index) => dot(one.at, { kind: one.kind, index })))
      set('spots', over.spots.map((at) => dot(at)))
      set('line-drawn', over.line.length > 1 ? [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: over.line } }] : over.line.map((at) => dot(at)))
      set('ghost', over.ghost ? [{ type: 'Feature', properties: {}, geometry: over.ghost }] : [])
    },
    destroy() {
      engine.remove()
    },
  }
}
