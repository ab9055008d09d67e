/** Calls and shapes of mediation; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type MediationBody = Schemas['MediationBody']
export type Mediator = Schemas['Mediator']
export type MediationSession = Schemas['MediationSession']
export type Mediation = Schemas['MediationView']

const enc = encodeURIComponent

export const mediation = {
  of: (area: Id) => request<Mediation>('GET', `/areas/${enc(area)}/mediation`),
  found: (area: Id, body: { name: string; host?: string; address?: string }) => request<MediationBody>('POST', `/areas/${enc(area)}/mediation`, { body }),
  admit: (id: Id, body: { kind: string; name: string }) => request<MediationBody>('POST', `/mediation/${enc(id)}/mediators`, { body }),
  dismiss: (id: Id, no: number) => request<MediationBody>('DELETE', `/mediation/${enc(id)}/mediators/${no}`),
  sessions: (matter: Id) => request<MediationSession[]>('GET', `/matters/${enc(matter)}/sessions`),
}
