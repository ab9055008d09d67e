/** What the quick filters of the queue mean: which list the server gives, and what is picked from it. */
import type { MatterQuery } from '@shared/api'
import { addDays, dayOf, startOfDay } from '@shared/time'
import type { MatterRow, Millis } from '@shared/types'

export const FILTERS = ['todo', 'today', 'overdue', 'supervised', 'mine', 'area'] as const
export type Filter = (typeof FILTERS)[number]

export interface QueueState {
  filter: Filter
  q: string
  state: string
  class: string
  open: boolean
  area: string
}

export function readState(query: Record<string, unknown>): QueueState {
  const text = (name: string) => (typeof query[name] === 'string' ? (query[name] as string) : '')
  const filter = text('f') as Filter
  return {
    filter: FILTERS.includes(filter) ? filter : 'todo',
    q: text('q'),
    state: text('state'),
    class: text('class'),
    open: text('open') === '1',
    area: text('area'),
  }
}

/** The URL of a state: only what differs from the default, so that links stay short. */
export function writeState(state: QueueState): Record<string, string> {
  const query: Record<string, string> = {}
  if (state.filter !== 'todo') query.f = state.filter
  if (state.q) query.q = state.q
  if (state.state) query.state = state.state
  if (state.class) query.class = state.class
  if (state.open) query.open = '1'
  if (state.area) query.area = state.area
  return query
}

export function serverQuery(state: QueueState): MatterQuery {
  const view = state.filter === 'mine' ? 'mine' : state.filter === 'area' ? 'area' : 'queue'
  return {
    view,
    q: state.q || undefined,
    state: state.state || undefined,
    class: state.class || undefined,
    open: state.open || undefined,
    area: view === 'area' ? state.area || undefined : undefined,
    overdue: state.filter === 'overdue' || undefined,
    supervised: state.filter === 'supervised' || undefined,
    limit: 50,
  }
}

/** Due before the end of the civil day and not yet late. */
export function dueToday(row: Pick<MatterRow, 'due_at'>, now: Millis): boolean {
  if (!row.due_at) return false
  return row.due_at > now && row.due_at <= startOfDay(addDays(dayOf(now), 1))
}

/** Picks the rows of a quick filter that the server has no parameter for. */
export function pick(filter: Filter, rows: MatterRow[], now: Millis): MatterRow[] {
  if (filter === 'today') return rows.filter((row) => dueToday(row, now))
  return rows
}

/**
 * Whether more pages may hold rows of the filter. The queue comes earliest due first: behind a row
 * that is due after today there is nothing due today.
 */
export function mayHoldMore(filter: Filter, rows: MatterRow[], next: string | null | undefined, now: Millis): boolean {
  if (!next) return false
  if (filter !== 'today') return true
  const last = rows[rows.length - 1]
  return !last || (last.due_at !== null && last.due_at !== undefined && last.due_at <= startOfDay(addDays(dayOf(now), 1)))
}

/** How many rows one reading counts; the largest page the server gives. */
export const COUNTED_MAX = 100

/**
 * Counts of the quick filters from one page of the queue. A count that goes on behind the page ends
 * in "+": the queue comes earliest due first, so overdue and due today are exact as soon as the page
 * reaches beyond them.
 */
export function countsOf(rows: MatterRow[], next: string | null | undefined, now: Millis): Partial<Record<Filter, string>> {
  const count = (holds: (row: MatterRow) => boolean, ends: boolean) => `${rows.filter(holds).length}${next && !ends ? '+' : ''}`
  const last = rows[rows.length - 1]
  const beyond = (moment: Millis) => last !== undefined && (last.due_at === null || last.due_at === undefined || last.due_at > moment)
  return {
    todo: count(() => true, false),
    today: count((row) => dueToday(row, now), beyond(startOfDay(addDays(dayOf(now), 1)))),
    overdue: count((row) => row.overdue, beyond(now)),
    supervised: count((row) => row.supervised, false),
  }
}

/** Rows of a fresh first page that came after the list on the screen was read. */
export function newcomers(fresh: MatterRow[], shown: MatterRow[], readAt: Millis): number {
  const key = (row: MatterRow) => `${row.id}-${row.slot ?? 0}`
  const known = new Set(shown.map(key))
  // A row that only moved up from a later page arrived long before.
  return fresh.filter((row) => !known.has(key(row)) && row.arrived_at > readAt - CLOCKS_APART_MS).length
}
/** The server's clock is followed this closely. */
const CLOCKS_APART_MS = 5_000
