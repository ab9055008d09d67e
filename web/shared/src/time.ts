import { computed, ref } from 'vue'
import type { Day, Millis } from './types'

/** China has one civil time and no summer time; days of deadlines are always days of this zone. */
const ZONE_MS = 8 * 3_600_000
export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000

/** How far the server's clock is ahead of this machine's. Desk computers are often minutes off. */
let aheadMs = 0
/** The server's present time, ticking; count-downs read it. */
export const now = ref<Millis>(Date.now())

/** The present minute: for words that need no seconds, so that long lists are not drawn every second. */
export const minute = computed<Millis>(() => Math.floor(now.value / MINUTE_MS) * MINUTE_MS)

export function setServerNow(server: Millis): void {
  aheadMs = server - Date.now()
  now.value = server
}

/** A `Date` header has whole seconds: only a gap larger than that is worth following. */
export function noteServerDate(header: string | null): void {
  const server = header ? Date.parse(header) : NaN
  if (Number.isFinite(server) && Math.abs(server - (Date.now() + aheadMs)) > 5_000) setServerNow(server)
}

/** Starts the tick; one timer for the whole page. */
export function startClock(everyMs = 1000): () => void {
  const timer = setInterval(() => {
    now.value = Date.now() + aheadMs
  }, everyMs)
  return () => clearInterval(timer)
}

/** The same instant as a Date whose UTC fields read as Chinese civil time. */
function civil(at: Millis): Date {
  return new Date(at + ZONE_MS)
}
const two = (value: number) => String(value).padStart(2, '0')

export function dayOf(at: Millis): Day {
  return civil(at).toISOString().slice(0, 10)
}
/** First instant of a civil day. */
export function startOfDay(day: Day): Millis {
  return Date.parse(`${day}T00:00:00Z`) - ZONE_MS
}
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}
/** Whole civil days from `from` to `to`. */
export function daysBetween(from: Millis, to: Millis): number {
  return Math.round((startOfDay(dayOf(to)) - startOfDay(dayOf(from))) / DAY_MS)
}
export function clockTime(at: Millis): string {
  const date = civil(at)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** "今日 14:30", "昨日 09:00", "11-20 09:00", "2025-11-20 09:00". */
export function shortTime(at: Millis, reference: Millis = minute.value): string {
  const days = daysBetween(reference, at)
  const time = clockTime(at)
  if (days === 0) return `今日 ${time}`
  if (days === -1) return `昨日 ${time}`
  if (days === 1) return `明日 ${time}`
  const day = dayOf(at)
  return `${day.slice(0, 4) === dayOf(reference).slice(0, 4) ? day.slice(5) : day} ${time}`
}
/** Rows under the heading of their day: "今日", "昨日", "11-20 周五". Rows of a day stand together already. */
export function byDay<Row>(rows: Row[], at: (row: Row) => Millis, reference: Millis = minute.value): { day: Day; word: string; rows: Row[] }[] {
  const days: { day: Day; word: string; rows: Row[] }[] = []
  for (const row of rows) {
    const day = dayOf(at(row))
    const last = days[days.length - 1]
    if (last?.day === day) last.rows.push(row)
    else {
      const gone = daysBetween(at(row), reference)
      const date = day.slice(0, 4) === dayOf(reference).slice(0, 4) ? day.slice(5) : day
      days.push({ day, word: gone === 0 ? '今日' : gone === 1 ? '昨日' : `${date} ${weekday(day)}`, rows: [row] })
    }
  }
  return days
}
/** "2026-11-22 14:30". */
export function fullTime(at: Millis): string {
  return `${dayOf(at)} ${clockTime(at)}`
}
const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六']
export function weekday(day: Day): string {
  return `周${WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]}`
}
/** Monday of the week of a day. */
export function mondayOf(day: Day): Day {
  const index = new Date(`${day}T00:00:00Z`).getUTCDay()
  return addDays(day, index === 0 ? -6 : 1 - index)
}

/** "3 小时 12 分", "2 天 4 小时", "45 秒": two units at most, never negative. */
export function span(ms: number): string {
  const value = Math.abs(ms)
  if (value < MINUTE_MS) return `${Math.floor(value / 1000)} 秒`
  if (value < HOUR_MS) return `${Math.floor(value / MINUTE_MS)} 分`
  if (value < DAY_MS) {
    const minutes = Math.floor((value % HOUR_MS) / MINUTE_MS)
    return `${Math.floor(value / HOUR_MS)} 小时${minutes ? ` ${minutes} 分` : ''}`
  }
  const hours = Math.floor((value % DAY_MS) / HOUR_MS)
  return `${Math.floor(value / DAY_MS)} 天${hours ? ` ${hours} 小时` : ''}`
}
