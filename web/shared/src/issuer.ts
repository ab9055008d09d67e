/** Calls and shapes of signing in by an identity provider; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id, Me } from './types'

type Schemas = components['schemas']
export type Issuer = Schemas['Issuer']
export type IssuerForm = Schemas['IssuerForm']
export type Identity = Schemas['Identity']
type Visit = Schemas['IssuerVisit']
type Answer = Schemas['IssuerAnswer']

const enc = encodeURIComponent

export const issuers = {
  open: () => request<Schemas['OpenIssuer'][]>('GET', '/public/issuers'),
  visit: (code: string) => request<Visit>('POST', `/public/issuers/${enc(code)}/visits`),
  answer: (code: string, body: Answer) => request<Me>('POST', `/public/issuers/${enc(code)}/answers`, { body }),
  list: () => request<Issuer[]>('GET', '/issuers'),
  put: (code: string, body: IssuerForm) => request<void>('PUT', `/issuers/${enc(code)}`, { body }),
  remove: (code: string) => request<void>('DELETE', `/issuers/${enc(code)}`),
  check: (code: string) => request<void>('POST', `/issuers/${enc(code)}/check`),
  own: () => request<Identity[]>('GET', '/me/identities'),
  visitToBind: (code: string) => request<Visit>('POST', `/me/issuers/${enc(code)}/visits`),
  bind: (code: string, body: Answer) => request<void>('POST', `/me/issuers/${enc(code)}/answers`, { body }),
  of: (account: Id) => request<Identity[]>('GET', `/accounts/${enc(account)}/identities`),
  give: (account: Id, issuer: string, subject: string) => request<void>('POST', `/accounts/${enc(account)}/identities`, { body: { issuer, subject } }),
  unbind: (id: Id) => request<void>('DELETE', `/identities/${enc(id)}`),
}

/** What the page keeps while the person is at the provider. */
export interface Trip {
  ticket: string
  /** Whether an identity is to be bound, by who is signed in. */
  bind: boolean
  /** Where to go afterwards. */
  to: string
}
const KEY = 'hangji_trip'

/** Leaves for the provider. The ticket stays in this tab, so that nobody else can bring the answer. */
export function leave(url: string, trip: Trip): void {
  sessionStorage.setItem(KEY, JSON.stringify(trip))
  window.location.assign(url)
}

/** Takes the trip that this tab began; it counts once. */
export function takeTrip(): Trip | null {
  const kept = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  return kept ? (JSON.parse(kept) as Trip) : null
}
