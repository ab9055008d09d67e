/** What the tabs and filters of the queue mean: which list the server gives for them. */
import type { MatterQuery } from '@shared/api'
import { addDays, dayOf, startOfDay } from '@shared/time'
import type { MatterRow, Millis, TabCounts } from '@shared/types'

export const FILTERS = ['todo', 'today', 'overdue', 'back', 'supervised', 'asked', 'mine', 'area'] as const
export type Filter = (typeof FILTERS)[number]
/** Filters of yes or no in the URL, beside the tab. */
const FLAGS = ['open', 'watched', 'reopened', 'enforced', 'late'] as const
type Flag = (typeof FLAGS)[number]

export interface QueueState extends Record<Flag, boolean> {
  filter: Filter
  q: string
  state: string
  class: string
  /** Code of a line of business, `none` for what the community answers itself. */
  line: string
  area: string
  /** A job of the home page: only what falls under it. */
  job: string
  /** Phases joined by commas. */
  phases: string
  /** 痛点、堵点、断点。 */
  tag: string
}
const TEXTS = ['q', 'state', 'class', 'line', 'area', 'job', 'phases', 'tag'] as const

export function readState(query: Record<string, unknown>): QueueState {
  const text = (name: string) => (typeof query[name] === 'string' ? (query[name] as string) : '')
  const filter = text('f') as Filter
  return {
    filter: FILTERS.includes(filter) ? filter : 'todo',
    ...(Object.fromEntries(TEXTS.map((name) => [name, text(name)])) as Record<(typeof TEXTS)[number], string>),
    ...(Object.fromEntries(FLAGS.map((name) => [name, text(name) === '1'])) as Record<Flag, boolean>),
  }
}

/** The URL of a state: only what differs from the default, so that links stay short. */
export function writeState(state: QueueState): Record<string, string> {
  const query: Record<string, string> = {}
  if (state.filter !== 'todo') query.f = state.filter
  for (const name of TEXTS) if (state[name]) query[name] = state[name]
  for (const name of FLAGS) if (state[name]) query[name] = '1'
  return query
}

/** The tab alone: everything else is taken off. */
export const cleared = (filter: Filter): QueueState => ({ ...readState({}), filter })
export const isFiltered = (state: QueueState) => Object.keys(writeState({ ...state, filter: 'todo' })).length > 0

/** The last instant of the civil day. */
const dayEnd = (now: Millis) => startOfDay(addDays(dayOf(now), 1))

export function serverQuery(state: QueueState, now: Millis): MatterQuery {
  const view = state.filter === 'mine' || state.filter === 'area' || state.filter === 'asked' ? state.filter : 'queue'
  const own = view === 'queue'
  return {
    view,
    q: state.q || undefined,
    state: state.state || undefined,
    class: state.class || undefined,
    tag: state.tag || undefined,
    line: state.line || undefined,
    open: state.open || undefined,
    phases: state.phases || undefined,
    area: view === 'area' ? state.area || undefined : undefined,
    reopened: state.reopened || undefined,
    enforced: (view === 'area' && state.enforced) || undefined,
    job: (own && state.job) || undefined,
    came_back: state.filter === 'back' || undefined,
    overdue: state.late || undefined,
    supervised: state.filter === 'supervised' || state.watched || undefined,
    due_before: state.filter === 'overdue' ? now : state.filter === 'today' ? dayEnd(now) : undefined,
    due_after: state.filter === 'today' ? now : undefined,
    limit: 50,
  }
}

/** The count of a tab; "2000+" where the server stopped counting. */
export function countOf(filter: Filter, counts: TabCounts | null | undefined): string | undefined {
  if (!counts) return undefined
  const of: Partial<Record<Filter, number>> = {
    todo: counts.todo, today: counts.today, overdue: counts.overdue, back: counts.came_back, supervised: counts.supervised, asked: counts.asked,
  }
  const value = of[filter]
  return value === undefined ? undefined : `${value}${counts.more && filter !== 'asked' ? '+' : ''}`
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
