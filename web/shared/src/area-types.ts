/** Areas, their changes, and the people who hold posts in them; see `types.ts`. */
import type { Geometry } from 'geojson'
import type { Day, Id, Level, Millis } from './types'

export interface TrailEntry {
  id: Id
  level: Level
  name: string
}

export interface Area {
  id: Id
  parent?: Id | null
  level: Level
  level_word: string
  kind?: string | null
  kind_word?: string | null
  name: string
  full_name?: string | null
  tier?: number | null
  exclusive?: boolean | null
  population?: number | null
  households?: number | null
  lon?: number | null
  lat?: number | null
  valid_from?: Day | null
  valid_to?: Day | null
}

export interface AreaDetail extends Area {
  codes: { system: string; code: string }[]
  trail: TrailEntry[]
  counts: { grids: number; units: number; posts: number }
  responsible?: { name: string; title: string; vacant: boolean } | null
  size_warning?: string | null
}

export interface AreaChange {
  id: Id
  kind: string
  kind_word: string
  scope: Id
  scope_name: string
  day: Day
  state: string
  state_word: string
  sentence: string
  reason: string
  proposer_name: string
  proposed_at: Millis
  decider_name?: string | null
  decided_at?: Millis | null
  opinion?: string | null
  ended_at?: Millis | null
  outcome?: string | null
  may_decide: boolean
  may_withdraw: boolean
  may_restore: boolean
}

export interface BoundaryImport {
  lines: { nth: number; code: string; name: string; fate: string; fate_word: string; area_name: string; m2: number; problems: { field: string; message: string }[] }[]
  problems: { field: string; message: string }[]
  new: number
  replaced: number
  wrong: number
  /** Under which it stands in the ledger once it was taken. */
  change?: Id | null
}

export interface AreaChangePreview {
  sentence: string
  day: Day
  scope: Id
  scope_name: string
  ends: string[]
  begins: Area[]
  renames: { from: string; to: string }[]
  moves: { name: string; from: string; to: string }[]
  posts: { name: string; title: string; to?: string | null }[]
  matters: { to: string; why_word: string; count: number; numbers: string[] }[]
  matters_total: number
  others: { word: string; count: number }[]
  redraws: string[]
  findings: CoverFinding[]
}

export interface CoverFinding {
  kind: string
  sentence: string
  m2: number
  lon?: number | null
  lat?: number | null
}

export interface FormerBoundary {
  until: Day
  change: Id
  sentence: string
  reason: string
  by: string
  geometry?: Geometry | null
}

export interface AreaChangeForm {
  kind: string
  area?: Id
  name?: string
  to?: Id
  heir?: Id
  areas?: Id[]
  parts?: { name: string; children: Id[]; posts: Id[]; population: number; households: number }[]
  line?: { from: { lon: number; lat: number }; to: { lon: number; lat: number } }
  forms?: { area: Id; geometry: Geometry }[]
  day?: Day
  reason?: string
}

export interface AreaHistory {
  past: { until: Day; name: string; parent_name: string }[]
  changes: AreaChange[]
}

/** What an import of another department's grids found or did. */
export interface GridImport {
  lines: { line: number; code: string; name: string; fate: string; fate_word: string; area_name: string; problems: { field: string; code: string; message: string }[] }[]
  problems: { field: string; code: string; message: string }[]
  new: number
  same: number
  wrong: number
  written: boolean
  marked?: string | null
}

/** Our grids beside those of another department. */
export interface Crosswalk {
  grids: number
  matched: number
  rows: { area: Id; full_name: string; own: string; theirs?: string | null }[]
}

export interface AreaWhole {
  areas: number
  kinds: { kind: string; word: string; help: string; count: number }[]
  rows: { kind: string; area: Id; level_word: string; full_name: string; words: string }[]
  not_checked: string[]
}

export interface AreaCheck {
  findings: CoverFinding[]
  loads: { area: Area; units: number; reported: number; period: number; open: number; remarks: string[] }[]
}

export interface Located {
  unit: Area
  trail: TrailEntry[]
  full_name: string
}

export interface Vacancy {
  area: Area
  answered_by?: { name: string; title: string } | null
}

export interface Absence {
  id: Id
  post: Id
  title: string
  name: string
  substitute: Id
  substitute_name: string
  from: Day
  to: Day
  reason: string
  reason_word: string
  acting?: string | null
}

export interface AreaPost {
  acting?: { name: string; to: Day } | null
  id: Id
  account: Id
  name: string
  role: string
  role_word: string
  title: string
  from: Day
  to?: Day | null
  source: string
  source_word: string
  /** Whether I may remove the holder. */
  may_end: boolean
  /** Whether I may propose a further term. */
  may_renew: boolean
}

export interface Duty {
  day: Day
  area: Id
  account: Id
  name: string
  phone_masked?: string | null
}
