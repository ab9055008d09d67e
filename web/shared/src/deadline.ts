import { clockTime, dayOf, daysBetween, HOUR_MS, MINUTE_MS, span } from './time'
import type { Millis } from './types'
import { coreWords as zh } from './core-words'

/** How pressing a deadline is. Shown as colour and as words, never as colour alone. */
export type Urgency = 'none' | 'calm' | 'today' | 'soon' | 'late' | 'paused'

export interface DeadlineWords {
  urgency: Urgency
  /** By when what is to be done: "今日 24:00 前研判". */
  by: string
  /** What is left or lost: "还剩 3 小时 12 分", "已超 2 小时". Empty when there is no deadline. */
  left: string
}

/** Less than this is "soon": the first of the two warnings of the same-day rule. */
export const SOON_MS = 2 * HOUR_MS

/** What must be done by a deadline of this kind. */
export function deed(kind: string | null | undefined): string {
  return zh.deadline.deeds[kind ?? ''] ?? zh.deadline.deeds.stay!
}

/** "今日 24:00", "明日 18:00", "11月25日 18:00". Midnight belongs to the day that ends with it. */
export function dueMoment(due: Millis, now: Millis): string {
  const midnight = clockTime(due) === '00:00'
  const shown = midnight || clockTime(due) === '23:59' ? '24:00' : clockTime(due)
  const at = midnight ? due - MINUTE_MS : due
  const days = daysBetween(now, at)
  if (days === 0) return `今日 ${shown}`
  if (days === 1) return `明日 ${shown}`
  if (days === -1) return `昨日 ${shown}`
  const day = dayOf(at)
  const year = day.slice(0, 4) === dayOf(now).slice(0, 4) ? '' : `${day.slice(0, 4)}年`
  return `${year}${Number(day.slice(5, 7))}月${Number(day.slice(8))}日 ${shown}`
}

/** The words of a deadline, seen at `now`. `paused` is a clock that stands (waiting for a decision). */
export function deadlineWords(
  due: Millis | null | undefined,
  kind: string | null | undefined,
  now: Millis,
  paused = false,
): DeadlineWords {
  if (due === null || due === undefined) {
    return { urgency: paused ? 'paused' : 'none', by: paused ? zh.deadline.paused : zh.deadline.none, left: '' }
  }
  const left = due - now
  const by = `${dueMoment(due, now)} 前${deed(kind)}`
  if (paused) return { urgency: 'paused', by, left: zh.deadline.paused }
  if (left <= 0) return { urgency: 'late', by, left: zh.deadline.late(span(left)) }
  const today = daysBetween(now, due - 1) === 0
  return {
    urgency: left <= SOON_MS ? 'soon' : today ? 'today' : 'calm',
    by,
    left: zh.deadline.left(span(left)),
  }
}
