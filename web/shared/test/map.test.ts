import { describe, expect, it } from 'vitest'
import { LINE, LINE_BAND, NO_VALUE } from '../src/map'

/** Relative luminance of a colour `#rrggbb` (WCAG 2.1). */
function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

describe('the lines between areas on the map', () => {
  it('stand out by 3:1 at least from the band they run in and from areas without a value', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
    expect(contrast(LINE, LINE_BAND)).toBeGreaterThanOrEqual(3)
    expect(contrast(LINE, NO_VALUE)).toBeGreaterThanOrEqual(3)
  })
})
