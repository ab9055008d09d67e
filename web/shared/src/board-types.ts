/** Boards, flows and the book of rules; see `types.ts`. */
import type { Area, TrailEntry } from './area-types'
import type { Day, Level, MatterRow, Millis } from './types'

export interface FlowState {
  code: string
  name: string
  phase: string
  level?: Level | null
  holder?: string | null
  clock?: string | null
  overdue?: string | null
  overdue_targets: string[]
}

export interface FlowAction {
  code: string
  name: string
  help: string
  from: string[]
  targets: Record<string, string[]>
  needs: string[]
  verb: string
}

export interface Flow {
  code: string
  version: number
  name: string
  states: FlowState[]
  actions: FlowAction[]
  start: FlowStart
  mermaid?: string | null
}

/** How a matter of a flow begins. */
export interface FlowStart {
  word: string
  help: string
  at: string
  needs: string[]
  lines: string[]
  fields: { code: string; name: string; kind: string; options: string[]; required: boolean }[]
  classes: string[]
}

export interface FlowSummary {
  code: string
  version: number
  name: string
  may_start: boolean
  start: FlowStart
}

export type Figures = Record<string, number>

export interface Kpi {
  code: string
  name: string
  value?: number | null
  text: string
  target?: number | null
  /** What stands above the line, in words. */
  above: string
  numerator: number
  /** What stands below the line, in words. */
  below: string
  denominator: number
  /** Version of the formula. */
  version: number
  better?: 'higher' | 'lower' | null
}

export interface Board {
  area: Area
  trail: TrailEntry[]
  from: Day
  to: Day
  figures: Figures
  kpis: Kpi[]
  children: { area: Area; figures: Figures; kpis: Record<string, number | null> }[]
  classes: { class: string; name: string; figures: Figures }[]
  /** What no category was chosen for yet; null where figures by class are not kept. */
  unclassified?: Figures | null
  as_of: Millis
}

export interface TodayBoard {
  area: Area
  day: Day
  ends_at: Millis
  figures: Figures
  waiting: { level: Level; level_word: string; in: number; judged: number; open: number }[]
  unjudged: number
  /** The first of them. */
  open_today: MatterRow[]
  responsible?: { name: string; title: string; vacant?: boolean } | null
}

export interface StuckDesk {
  desk_name: string
  person?: string | null
  person_title?: string | null
  open: number
  overdue: number
  oldest_since?: Millis | null
}

export interface RuleBook {
  flows: { code: string; version: number; name: string; in_force: boolean }[]
  kpis: { code: string; version: number; name: string; text: string; target?: number | null; source: string }[]
  calendar: string
  hours: string[]
  reach?: Day | null
  days: { day: Day; kind: string; kind_word: string; name: string }[]
  files: { path: string; version: number; sha256: string; loaded_at: Millis; in_force: boolean }[]
}
