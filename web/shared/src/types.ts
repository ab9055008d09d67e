/**
 * The shapes of /api/v1 as the pages use them: short names, and null and absent read alike. Ids are
 * strings, instants are milliseconds since 1970 UTC, days are "2026-11-22".
 *
 * `npm run client` generates shared/api.d.ts from docs/openapi.json; `contract.ts` beside this file
 * fails the type check where the two differ.
 */

import type { components } from '../api'
import type { TrailEntry } from './area-types'

export * from './admin-types'
export * from './area-types'
export * from './board-types'
export * from './sender-types'

/** The jobs of home pages, as the server names them: a page that knows no way to one does not compile. */
export type Station = components['schemas']['Station']
export type JobCode = components['schemas']['HomeJob']['code']
export type Id = string
export type Millis = number
export type Day = string
export type Level = 'city' | 'county' | 'town' | 'community' | 'grid' | 'unit' | (string & {})

/** One fault of an input, as the server names it. */
export interface FieldProblem {
  field: string
  code: string
  message: string
}

/** RFC 9457 body of every error answer. */
export interface ProblemBody {
  type?: string | null
  title?: string | null
  status: number
  code: string
  detail?: string | null
  problems?: FieldProblem[] | null
  request_id?: string | null
  nearest?: { id: Id; full_name: string; metres: number }[]
}

export interface Coded {
  code: string
  word: string
}

export interface Post {
  id: Id
  role: string
  role_word: string
  title: string
  area?: { id: Id; level: Level; name: string; full_name: string } | null
  org?: { id: Id; name: string } | null
}

export interface Me {
  account: Id
  name: string
  login: string
  posts: Post[]
  verbs: string[]
  /** Parts of the platform that are switched off wherever the posts are. */
  missing: string[]
  home?: Id | null
  demo: boolean
  /** A resident without a post, who has pages of their own. */
  resident: boolean
  /** What has to be done before anything else: `password_due`, `factor_due`. */
  hold?: string | null
  unread: number
  now: Millis
}

export interface Callable {
  id: Id
  name: string
  kind: string
  kind_word: string
  line?: string | null
  level: Level
  /** The area it serves. */
  area: Id
  /** Hooked up with the area it is called from: stands first. */
  hooked?: boolean
  /** On the town's lists of powers for the category asked for. */
  listed?: boolean
}

export interface Condition {
  number: number | string
  name: string
  limit: string
  urgent: boolean
  owner: string
  owner_word?: string | null
  /** What to mind first, such as when to dial 110. */
  note?: string | null
}

export interface Category {
  code: string
  name: string
  conditions: Condition[]
  photo: boolean | string
  mediation: boolean
}

export interface CategoryClass {
  code: string
  name: string
  categories: Category[]
}

/** The open matters of a line of business in an area. */
export interface LineCount {
  line: string
  word: string
  open: number
  overdue: number
}

export interface Dictionaries {
  lines: Coded[]
  channels: Coded[]
  findings: Coded[]
  /** With the level of the areas whose posts have it; none for those of departments and administrators. */
  roles: (Coded & { level?: Level | null; sits_over: string[] })[]
  levels: Coded[]
  notice_kinds: Coded[]
  notice_answers: Coded[]
  audit_actions: Coded[]
  sign_in_outcomes: Coded[]
  states: (Coded & { phase: string })[]
  measures: Coded[]
  verbs: Coded[]
  area_kinds: CodedKind[]
  titles: CodedTitle[]
  [name: string]: Coded[]
}

/** A kind of area; the code is unique within the level. */
export interface CodedKind extends Coded {
  level: Level
  tiers: number
}

/** A local title of a role; `kinds` is empty where it is used everywhere. */
export interface CodedTitle extends Coded {
  role: string
  kinds: string[]
}

export interface MatterRow {
  id: Id
  no: string
  title: string
  state: string
  state_word: string
  phase: string
  category_word?: string | null
  /** The line of business that owns it. */
  line?: string | null
  line_word?: string | null
  class?: string | null
  urgent: boolean
  place?: string | null
  area_name: string
  desk_name: string
  holder_name?: string | null
  reported_at: Millis
  arrived_at: Millis
  due_at?: Millis | null
  due_kind?: string | null
  overdue: boolean
  supervised: boolean
  supervision_level?: number | null
  flow_code: string
  flow_word: string
  returned: boolean
  reopened: boolean
  version: number
  slot?: number | null
  metres?: number | null
  /** The piece of the report around what was sought, where title and place do not show it. */
  found?: string | null
}

export interface MatterPage {
  rows: MatterRow[]
  next?: string | null
  counts?: TabCounts | null
}

/** How much lies in the lists of the person's own work, whatever a page filters. */
export interface TabCounts {
  todo: number
  today: number
  overdue: number
  supervised: number
  came_back: number
  asked: number
  more: boolean
}

export interface HomeWatch {
  waiting: number
  due_today: number
  overdue: number
  came_back: number
  supervised: number
}

export interface HomeJob {
  code: JobCode
  name: string
  help: string
  waiting?: number | null
  late: number
  done?: number | null
}

export interface HomePost {
  post: Id
  role: string
  role_word: string
  title: string
  /** For whom one acts, why, and until when. */
  stands_in?: { name: string; reason_word: string; to: Day } | null
  purpose: string
  area?: Id | null
  watch?: HomeWatch | null
  jobs: HomeJob[]
  duty: { name: string; me: boolean }[]
}

export interface Home {
  day: Day
  /** Hand-over sheets that wait for my confirmation. */
  handovers: number
  day_ends: Millis
  as_of: Millis
  unread: number
  posts: HomePost[]
  more: boolean
}

export interface Clock {
  kind: string
  kind_word: string
  slot: number
  started: Millis
  due?: Millis | null
  state: 'running' | 'paused' | 'late' | string
  desk_name: string
}

export interface Task {
  no: number
  kind: string
  kind_word: string
  desk_name: string
  state: string
  state_word: string
  called_at: Millis
  signed_at?: Millis | null
  ended_at?: Millis | null
  limit?: string | null
  extensions?: number | null
  finding_word?: string | null
  agrees?: boolean | null
  holder_name?: string | null
}

export interface PendingAsk {
  slot: number
  ask: string
  ask_word: string
  by_name: string
  desk_name: string
  until?: Day | null
}

export interface Supervision {
  by_name?: string | null
  level?: number | null
  at?: Millis | null
  due?: Millis | null
  answered_at?: Millis | null
}

export interface FileRef {
  id: Id
  name: string
  mime: string
  bytes: number
}

export interface Step {
  seq: number
  action: string
  action_word: string
  who: { name: string; title: string } | null
  from_state_word?: string | null
  to_state_word?: string | null
  from_desk_name?: string | null
  to_desk_name?: string | null
  opinion?: string | null
  reply?: string | null
  received_at?: Millis | null
  acted_at: Millis
  held_ms?: number | null
  due_at?: Millis | null
  same_day?: boolean | null
  overdue?: boolean | null
  files?: FileRef[] | null
  hash: string
}

export interface Available {
  action: string
  name: string
  help: string
  needs: string[]
  slots?: number[] | null
  areas?: { id: Id; name: string }[]
  people?: { id: Id; name: string }[]
  orgs?: { id: Id; name: string }[]
  proposed?: { id: Id; name: string } | null
  fields?: { code: string; name: string; kind: string; options: string[]; required: boolean }[]
}

export interface Stuck {
  desk_name: string
  person?: string | null
  person_title?: string | null
  since: Millis
  due_at?: Millis | null
  overdue: boolean
}

export interface MatterView extends Omit<MatterRow, 'place'> {
  text: string
  countersign?: { need: number; of: number; agreed?: boolean | null } | null
  urged?: number
  sessions?: { no: number; at: Millis; mediators: string[]; reached: boolean }[]
  may_read_sessions?: boolean
  part_of?: { id: Id; no: string } | null
  parts?: { id: Id; no: string; waits: boolean; over: boolean }[]
  place: Place
  trail: TrailEntry[]
  channel_word: string
  reporter: { kind_word: string; masked_name?: string | null; masked_phone?: string | null; has_contact: boolean; may_unmask?: boolean; follow_code?: string | null }
  clocks: Clock[]
  tasks: Task[]
  pending: PendingAsk[]
  supervision?: Supervision | null
  files: FileRef[]
  finding_word?: string | null
  reply?: string | null
  rating?: number | null
  stuck_with: Stuck[]
  /** The secretaries of community, town and county, while it is overdue or supervised. */
  first_responsible?: { area: Id; area_name: string; name: string; title: string }[]
  flow: { code: string; version: number }
  steps: Step[]
  actions: Available[]
  merged_into?: string | null
  cause?: { id: Id; no: string } | null
  caused: { id: Id; no: string }[]
  fields: { name: string; value: string }[]
  category?: string | null
  condition?: string | null
}

export interface Place {
  address: string
  lon?: number | null
  lat?: number | null
}

export interface ReportForm {
  title?: string
  text: string
  category?: string
  condition?: string
  channel: string
  address: string
  unit?: Id
  lon?: number
  lat?: number
  reporter?: { name: string; phone: string; confirms: boolean }
  prehandle?: { finding: string; opinion: string; reply?: string }
  on_behalf?: boolean
  files?: Id[]
  /** What flows other than the main one ask for. */
  flow?: string
  target_area?: Id
  target_org?: Id
  until?: Day
  cause?: Id
  /** The record of a register, or a piece of its work, that becomes this matter; its photographs go along. */
  record?: Id
  record_item?: number
  fields?: Record<string, string>
}

/** What an action may bring; the flow says which of these it must bring. */
/** A mediation session as it is recorded. */
export interface SessionForm {
  at: Millis
  place: string
  mediators: { body: Id; no: number }[]
  parties: string[]
  record: string
  reached: boolean
  agreement?: string
}

/** What became of one of several matters. */
export interface BulkResult {
  id: Id
  done: boolean
  version?: number
  code?: string
  detail?: string
  problems?: { field: string; code: string; message: string }[]
}

export interface ActionForm {
  opinion?: string
  reply?: string
  category?: string
  condition?: string
  finding?: string
  area?: Id
  lead?: { org: Id; limit?: string }
  co?: { org: Id; limit?: string }[]
  task?: number
  person?: Id
  org?: Id
  part?: { text: string; waits: boolean }
  session?: SessionForm
  other?: string
  verdict?: boolean
  until?: Day
  rating?: number
  fields?: Record<string, string>
  files?: Id[]
}

export interface Message {
  id: Id
  kind: string
  kind_word: string
  text: string
  matter?: Id | null
  created: Millis
  read: boolean
}

export interface Visit {
  id: Id
  unit: Id
  unit_name?: string | null
  kind: string
  kind_word?: string | null
  text: string
  at: Millis
  account?: Id | null
  name?: string | null
  entered_by?: string | null
  matter?: { id: Id; no?: string | null } | null
}

export interface Page<Row> {
  rows: Row[]
  next?: string | null
}

/** What a person concerned without an account sees of a report. */
export interface Followed {
  no: string
  title: string
  state_word: string
  progress: { at: Millis; word: string; reply?: string | null }[]
  reply?: string | null
  may_confirm: boolean
  redone: boolean
}
