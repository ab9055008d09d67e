/** Calls and shapes of the registers; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Day, Id } from './types'

type Schemas = components['schemas']
export type Register = Schemas['Register']
export type RegisterField = Schemas['RegisterField']
export type RegisterCounts = Schemas['RegisterCounts']
export type RegisterRecord = Schemas['Record']
export type RecordItem = Schemas['RecordItem']
export type RecordPage = Schemas['RecordPage']
export type Professional = Schemas['Professional']

/** What the page that files a matter is told in its address of the record that becomes it. */
export function originOf(query: Record<string, unknown>): { record?: Id; record_item?: number } {
  const { record, item } = query
  if (typeof record !== 'string' || !/^\d+$/.test(record)) return {}
  return typeof item === 'string' && /^\d+$/.test(item) ? { record, record_item: Number(item) } : { record }
}

export interface RecordForm {
  area: Id
  from: Day
  to?: Day
  values: Record<string, string>
  items: { text: string; owner: string; due: Day }[]
}

const enc = encodeURIComponent

export const registers = {
  list: () => request<Register[]>('GET', '/registers'),
  counts: (group: string, area: Id) => request<RegisterCounts[]>('GET', '/register-counts', { query: { group, area } }),
  records: (code: string, area: Id, ended: boolean, cursor?: string | null) => request<RecordPage>('GET', `/registers/${enc(code)}/records`, { query: { area, ended, cursor } }),
  choices: (code: string, area: Id) => request<Schemas['RecordChoice'][]>('GET', `/registers/${enc(code)}/choices`, { query: { area } }),
  add: (code: string, body: RecordForm, idempotencyKey: string) => request<RegisterRecord>('POST', `/registers/${enc(code)}/records`, { body, idempotencyKey }),
  read: (id: Id) => request<RegisterRecord>('GET', `/records/${enc(id)}`),
  correct: (id: Id, version: number, body: Schemas['CorrectRecord']) => request<RegisterRecord>('PUT', `/records/${enc(id)}`, { body, version }),
  end: (id: Id, version: number, to: Day, reason: string) => request<RegisterRecord>('POST', `/records/${enc(id)}/end`, { body: { to, reason }, version }),
  addItem: (id: Id, version: number, body: Schemas['ItemForm']) => request<RegisterRecord>('POST', `/records/${enc(id)}/items`, { body, version }),
  progress: (id: Id, version: number, body: Schemas['UpdateItem']) => request<RegisterRecord>('POST', `/records/${enc(id)}/progress`, { body, version }),
  attach: (id: Id, version: number, files: Id[], item?: number) => request<RegisterRecord>('POST', `/records/${enc(id)}/files`, { body: { files, item }, version }),
  professionals: (matter: Id) => request<Professional[]>('GET', `/matters/${enc(matter)}/professionals`),
  callProfessional: (matter: Id, professional: Id, reason: string) => request<Schemas['RecordField'][]>('POST', `/matters/${enc(matter)}/professionals`, { body: { professional, reason } }),
  points: () => request<Schemas['LeaderPoint'][]>('GET', '/me/points'),
  unmask: (id: Id, reason: string) => request<Schemas['RecordField'][]>('POST', `/records/${enc(id)}/unmask`, { body: { reason } }),
}
