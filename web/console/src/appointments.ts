import type { Departure } from '@shared/appointment'
import type { Day } from '@shared/types'
import { zh } from '@shared/words'

const missing = zh.appointments.missing
type Faults = Record<string, string>

/** The role that a vacant desk of a level wants first. */
export const HEAD_OF: Record<string, string> = {
  unit: 'unit_head', grid: 'grid_head', community: 'community_leader', town: 'town_dispatcher', county: 'county_center', city: 'city_center',
}
/** Reasons for which a removal must say more; the server has the last word. */
export const NEEDS_WORDS = new Set(['neglect', 'other'])

export interface CandidateForm { login: string; role: string; source: string; from: Day; to: Day | ''; reason: string }
export interface RemovalForm { to: Day | ''; reason: string; words: string }

/** What is wrong with a candidate, at the fields. */
export function candidateFaults(form: CandidateForm): Faults {
  const found: Faults = {}
  if (!form.login.trim()) found.login = missing.login
  if (!form.role) found.role = missing.role
  if (!form.source) found.source = missing.source
  if (form.to && form.to <= form.from) found.to = missing.to
  if (!form.reason.trim()) found.reason = missing.reason
  return found
}

/** What is wrong with a removal, at the fields. */
export function removalFaults(form: RemovalForm): Faults {
  const found: Faults = {}
  if (!form.to) found.to = missing.removeTo
  if (!form.reason) found.reason = missing.removeReason
  if (NEEDS_WORDS.has(form.reason) && !form.words.trim()) found.words = missing.words
  return found
}

/** Where a hand-over stands. */
export function standing(one: Pick<Departure, 'given' | 'taken'>): keyof typeof zh.appointments.state {
  if (one.taken) return 'done'
  return one.given ? 'untaken' : 'ungiven'
}

/** `在办事件 2，待审批的申请 1`. */
export function openWords(one: Pick<Departure, 'open'>): string {
  return one.open.map((open) => `${open.word} ${open.count}`).join('，') || zh.appointments.nothingOpen
}
