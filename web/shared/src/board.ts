import type { Kpi } from './types'
import { zh } from './words'

/** A percentage as people read it: at most one decimal, and never rounded up to a false 100 or down to a false 0. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return '—'
  if (value > 99.9 && value < 100) return '99.9%'
  if (value > 0 && value < 0.1) return '0.1%'
  return `${Number(value.toFixed(1))}%`
}

/** 10 000 and more in 万 with two decimals, as the field writes it (51.44万). */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return '—'
  if (Math.abs(value) < 10_000) return String(value)
  return `${Number((value / 10_000).toFixed(2))}万`
}

/** Rates for which less is better; the pack says so, this covers a board that does not repeat it. */
const LOWER = new Set([
  'overdue_rate', 'return_rate', 'refusal_rate', 'rework_rate', 'extension_rate', 'suspension_rate', 'void_rate',
])

export function lowerIsBetter(kpi: Pick<Kpi, 'code' | 'better'>): boolean {
  return kpi.better ? kpi.better === 'lower' : LOWER.has(kpi.code)
}

/** Whether the target is reached; undefined when there is no figure or no target. */
export function reached(kpi: Pick<Kpi, 'code' | 'value' | 'target' | 'better'>): boolean | undefined {
  if (kpi.value === null || kpi.value === undefined || kpi.target === null || kpi.target === undefined) return undefined
  return lowerIsBetter(kpi) ? kpi.value <= kpi.target : kpi.value >= kpi.target
}

/**
 * How a rate came about, line by line: the formula, what stands above and below the line with its
 * figures, the target and the version. Nobody has to guess the divisor.
 */
export function formula(kpi: Kpi): string[] {
  const worked = kpi.denominator === 0 ? zh.board.noDenominator : zh.board.worked(`${kpi.numerator} ÷ ${kpi.denominator} = ${percent(kpi.value)}`)
  const target =
    kpi.target === null || kpi.target === undefined
      ? zh.board.noTargetSet
      : zh.board.target(`${lowerIsBetter(kpi) ? '≤' : '≥'} ${percent(kpi.target)}`)
  return [kpi.text, zh.board.parts(kpi.above, kpi.numerator, kpi.below, kpi.denominator), worked, target, zh.board.version(kpi.version)]
}

/** Five steps of one hue from the figures of a choropleth; equal steps between the smallest and largest. */
export function classBreaks(values: (number | null | undefined)[], classes = 5): number[] {
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  if (known.length === 0) return []
  const low = Math.min(...known)
  const high = Math.max(...known)
  if (low === high) return [low]
  return Array.from({ length: classes }, (_, index) => low + ((high - low) * index) / classes)
}

/** Index of the class a value falls into; -1 without a value. */
export function classOf(value: number | null | undefined, breaks: number[]): number {
  if (value === null || value === undefined || breaks.length === 0) return -1
  let index = 0
  breaks.forEach((from, position) => {
    if (value >= from) index = position
  })
  return index
}
