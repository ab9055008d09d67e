/** Calls and shapes of a governance centre's log; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Logbook = Schemas['Logbook']
export type LogEntry = Schemas['LogEntry']
export type Handover = Schemas['Handover']

const enc = encodeURIComponent

export const logbook = {
  read: (area: Id, cursor?: string | null) => request<Logbook>('GET', `/areas/${enc(area)}/log`, { query: { cursor } }),
  write: (area: Id, body: Schemas['WriteLog'], idempotencyKey: string) => request<LogEntry>('POST', `/areas/${enc(area)}/log`, { body, idempotencyKey }),
  finish: (id: Id, text: string) => request<LogEntry>('POST', `/log-entries/${enc(id)}/finish`, { body: { text } }),
  handOver: (area: Id, to: Id, note: string) => request<Handover>('POST', `/areas/${enc(area)}/handovers`, { body: { to, note } }),
  take: (id: Id, note: string) => request<Handover>('POST', `/handovers/${enc(id)}/take`, { body: { note } }),
}
