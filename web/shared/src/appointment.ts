/** Calls and shapes of appointments: candidates, terms, removals, hand-over sheets; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Nomination = Schemas['Nomination']
export type Departure = Schemas['Departure']
export type Tenure = Schemas['Tenure']
export type Removal = Schemas['Removal']
export type Candidate = Schemas['NominationForm']

const enc = encodeURIComponent

export const appointments = {
  nominations: (area: Id) => request<Nomination[]>('GET', `/areas/${enc(area)}/nominations`),
  propose: (area: Id, body: Candidate) => request<Nomination>('POST', `/areas/${enc(area)}/nominations`, { body }),
  renew: (post: Id, to: string, reason: string) => request<Nomination>('POST', `/posts/${enc(post)}/renewals`, { body: { to, reason } }),
  decide: (id: Id, approve: boolean, opinion: string) => request<void>('POST', `/nominations/${enc(id)}/decision`, { body: { approve, opinion: opinion || undefined } }),
  withdraw: (id: Id) => request<void>('DELETE', `/nominations/${enc(id)}`),
  remove: (post: Id, body: Removal) => request<void>('DELETE', `/posts/${enc(post)}`, { body }),
  departures: (area: Id) => request<Departure[]>('GET', `/areas/${enc(area)}/departures`),
  waiting: () => request<Departure[]>('GET', '/me/departures'),
  departure: (post: Id) => request<Departure>('GET', `/posts/${enc(post)}/departure`),
  confirm: (post: Id, side: 'give' | 'take', note: string) => request<Departure>('POST', `/posts/${enc(post)}/departure/${side}`, { body: { note } }),
  tenures: (area: Id) => request<Tenure[]>('GET', `/areas/${enc(area)}/tenures`),
}
