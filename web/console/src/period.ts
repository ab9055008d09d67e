/** The period of a board: a name that moves with the day, or two days. Kept in the URL while drilling. */
import { addDays, dayOf, mondayOf } from '@shared/time'
import type { Day, Millis } from '@shared/types'

export const PERIODS = ['today', 'week', 'month', 'year', 'custom'] as const
export type PeriodName = (typeof PERIODS)[number]

export interface Period {
  name: PeriodName
  from: Day
  to: Day
}

const isDay = (value: unknown): value is Day => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)

export function readPeriod(query: Record<string, unknown>, now: Millis): Period {
  const today = dayOf(now)
  const name = PERIODS.includes(query.period as PeriodName) ? (query.period as PeriodName) : 'month'
  if (name === 'custom' && isDay(query.from) && isDay(query.to) && query.from <= query.to) {
    return { name, from: query.from, to: query.to }
  }
  return named(name === 'custom' ? 'month' : name, today)
}

function named(name: PeriodName, today: Day): Period {
  switch (name) {
    case 'today':
      return { name, from: today, to: today }
    case 'week':
      return { name, from: mondayOf(today), to: today }
    case 'year':
      return { name, from: `${today.slice(0, 4)}-01-01`, to: today }
    default:
      return { name: 'month', from: `${today.slice(0, 7)}-01`, to: today }
  }
}

export function writePeriod(period: { name: PeriodName; from?: Day; to?: Day }): Record<string, string> {
  if (period.name === 'custom' && period.from && period.to) {
    return { period: 'custom', from: period.from, to: period.to }
  }
  return period.name === 'month' ? {} : { period: period.name }
}

/** A month back from today, offered when a custom period is begun. */
export function lastThirtyDays(now: Millis): { from: Day; to: Day } {
  const to = dayOf(now)
  return { from: addDays(to, -29), to }
}
