/** Calls and shapes of the library; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type LibraryDocument = Schemas['Document']

const enc = encodeURIComponent

export const library = {
  list: (q: string) => request<LibraryDocument[]>('GET', '/library', { query: { q } }),
  add: (body: Schemas['AddDocument'], idempotencyKey: string) => request<LibraryDocument>('POST', '/library', { body, idempotencyKey }),
  revise: (id: Id, body: Schemas['ReviseDocument']) => request<LibraryDocument>('POST', `/library/${enc(id)}/versions`, { body }),
  retire: (id: Id, reason: string) => request<LibraryDocument>('POST', `/library/${enc(id)}/retire`, { body: { reason } }),
  unread: (id: Id, cursor: string | null) => request<Schemas['UnreadPosts']>('GET', `/library/${enc(id)}/unread`, { query: { cursor } }),
  read: (id: Id) => request<LibraryDocument>('POST', `/library/${enc(id)}/read`, { body: {} }),
}
