/** Calls and shapes of the hotline's work orders; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type KeptOrder = Schemas['KeptOrder']
export type HotlineReplyForm = Schemas['HotlineReplyForm']

export const hotline = {
  orders: (area: Id) => request<Schemas['HotlineView']>('GET', '/hotline/orders', { query: { area } }),
  import: (file: string) => request<Schemas['HotlineLine'][]>('POST', '/hotline/orders', { body: { file } }),
  reply: (no: string, body: HotlineReplyForm) => request<KeptOrder>('PUT', `/hotline/orders/${encodeURIComponent(no)}/reply`, { body }),
}
