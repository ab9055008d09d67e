/** Calls and shapes of vacant posts that are offered to the people of their place; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Opening = Schemas['Opening']
export type OpeningRow = Schemas['OpeningRow']
export type OpeningCandidate = Schemas['OpeningCandidate']
export type OwnApplication = Schemas['OwnApplication']

const enc = encodeURIComponent

export const openings = {
  list: (area: Id) => request<OpeningRow[]>('GET', `/areas/${enc(area)}/openings`),
  offer: (area: Id, body: Schemas['OpenPost'], idempotencyKey: string) => request<OpeningRow>('POST', `/areas/${enc(area)}/openings`, { body, idempotencyKey }),
  candidates: (id: Id) => request<Schemas['OpeningCandidates']>('GET', `/openings/${enc(id)}/candidates`),
  close: (id: Id, reason: string) => request<void>('POST', `/openings/${enc(id)}/close`, { body: { reason } }),
  show: (application: Id, to: string) => request<void>('POST', `/applications/${enc(application)}/publicity`, { body: { to } }),
  decline: (application: Id, reason: string) => request<void>('POST', `/applications/${enc(application)}/refusal`, { body: { reason } }),
  nominate: (application: Id, body: Schemas['NominateCandidate']) => request<void>('POST', `/applications/${enc(application)}/nomination`, { body }),
  answer: (objection: Id, text: string) => request<void>('POST', `/objections/${enc(objection)}/answer`, { body: { text } }),
  open: (area?: Id) => request<Schemas['OfferedPosts']>('GET', '/public/openings', { query: { area } }),
  publicity: (id: Id) => request<Schemas['ShownCandidate'][]>('GET', `/openings/${enc(id)}/publicity`),
  own: () => request<OwnApplication[]>('GET', '/me/applications'),
  apply: (id: Id, body: Schemas['ApplyForm'], idempotencyKey: string) => request<Schemas['ApplicationStanding']>('POST', `/openings/${enc(id)}/applications`, { body, idempotencyKey }),
  withdraw: (application: Id) => request<void>('DELETE', `/applications/${enc(application)}`),
  object: (application: Id, text: string) => request<void>('POST', `/applications/${enc(application)}/objections`, { body: { text } }),
}
