/** Calls and shapes of assessment: schemes, periods, results, re-checks, appeals; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Day, Id } from './types'

type Schemas = components['schemas']
export type Assessment = Schemas['Assessment']
export type AssessmentScheme = Schemas['AssessmentScheme']
export type AssessmentIndicator = Schemas['AssessmentIndicator']
export type AssessmentResult = Schemas['AssessmentResult']
export type AssessmentScore = Schemas['AssessmentScore']
export type AssessmentSheet = Schemas['AssessmentSheet']
export type RecheckedMatter = Schemas['RecheckedMatter']
export type ReviewSheet = Schemas['ReviewSheet']
export type ReviewRow = Schemas['ReviewRow']
export type Side = 'above' | 'below'

const enc = encodeURIComponent
const of = (id: Id) => `/assessments/${enc(id)}`
const result = (id: Id, no: number) => `${of(id)}/results/${no}`

export const assessments = {
  schemes: () => request<AssessmentScheme[]>('GET', '/assessment-schemes'),
  list: () => request<Assessment[]>('GET', '/assessments'),
  open: (body: { area: Id; scheme: string; name: string; from: Day; to: Day }, idempotencyKey: string) => request<Assessment>('POST', '/assessments', { body, idempotencyKey }),
  get: (id: Id) => request<Assessment>('GET', of(id)),
  step: (id: Id, step: 'calculate' | 'publish' | 'freeze') => request<Assessment>('POST', `${of(id)}/${step}`, { body: {} }),
  recount: (id: Id) => request<Schemas['AssessmentDifference'][]>('GET', `${of(id)}/recount`),
  export: (id: Id, purpose: string) => request<Schemas['AssessmentTable']>('POST', `${of(id)}/export`, { body: { purpose } }),
  rechecks: (id: Id) => request<RecheckedMatter[]>('GET', `${of(id)}/rechecks`),
  recheck: (id: Id, matter: Id, holds: boolean, words: string) => request<void>('POST', `${of(id)}/rechecks/${enc(matter)}`, { body: { holds, words: words || undefined } }),
  results: (id: Id, after?: number) => request<Schemas['AssessmentResultPage']>('GET', `${of(id)}/results`, { query: { after } }),
  matters: (id: Id, no: number, indicator: string, side: Side, after?: Id) => request<Schemas['CountedMatters']>('GET', `${result(id, no)}/matters`, { query: { indicator, side, after } }),
  mark: (id: Id, no: number, body: { indicator: string; points: number; words: string }) => request<void>('POST', `${result(id, no)}/marks`, { body }),
  appeal: (id: Id, no: number, indicator: string, words: string) => request<void>('POST', `${result(id, no)}/appeals`, { body: { indicator, words } }),
  rule: (id: Id, no: number, appeal: number, points: number | undefined, words: string) => request<void>('POST', `${result(id, no)}/appeals/${appeal}/decision`, { body: { points, words } }),
  reviews: () => request<ReviewSheet[]>('GET', '/me/reviews'),
  openReview: (id: Id, until: Day) => request<void>('POST', `${of(id)}/review`, { body: { until } }),
  closeReview: (id: Id) => request<void>('POST', `${of(id)}/review/close`, { body: {} }),
  state: (id: Id, post: Id, answers: string[]) => request<void>('PUT', `${of(id)}/statements/${enc(post)}`, { body: { answers } }),
  vote: (id: Id, post: Id, choice: string) => request<void>('POST', `${of(id)}/statements/${enc(post)}/ballots`, { body: { choice } }),
  sheet: (id: Id, no: number, purpose: string) => request<AssessmentSheet>('POST', `${result(id, no)}/sheet`, { body: { purpose } }),
}

/** `450` is `4.5`: points and percentages are whole hundredths. */
export const decimal = (hundredths: number) => String(hundredths / 100)
/** The share of a score: `83.33%`; nothing where there is nothing below the line. */
export const share = (one: { numerator?: number | null; denominator?: number | null }) => (one.denominator ? `${((100 * (one.numerator ?? 0)) / one.denominator).toFixed(2)}%` : '—')
