/** Calls and shapes of what residents are told; see `api.ts`. */
import type { components } from '../api'
import { request, BASE } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Publication = Schemas['Publication']

const enc = encodeURIComponent

export const publications = {
  list: (area: Id, cursor?: string | null) => request<Schemas['PublicationPage']>('GET', `/areas/${enc(area)}/publications`, { query: { cursor } }),
  write: (area: Id, body: Schemas['WritePublication'], idempotencyKey: string) => request<Publication>('POST', `/areas/${enc(area)}/publications`, { body, idempotencyKey }),
  rewrite: (id: Id, body: Schemas['WritePublication']) => request<Publication>('PUT', `/publications/${enc(id)}`, { body }),
  review: (id: Id, passed: boolean, opinion: string) => request<Publication>('POST', `/publications/${enc(id)}/review`, { body: { passed, opinion } }),
  publish: (id: Id) => request<Publication>('POST', `/publications/${enc(id)}/publish`, { body: {} }),
  withdraw: (id: Id, reason: string) => request<Publication>('POST', `/publications/${enc(id)}/withdraw`, { body: { reason } }),
  open: (area: Id | undefined, cursor?: string | null) => request<Schemas['PublicPublications']>('GET', '/public/publications', { query: { area, cursor } }),
  file: (id: Id, file: Id) => `${BASE}/public/publications/${enc(id)}/files/${enc(file)}`,
}
