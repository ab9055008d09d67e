/** Calls and shapes of evidence packs; see `api.ts`. */
import type { components } from '../api'
import { request, save } from './http'

type Schemas = components['schemas']

export const evidence = {
  taken: (cursor: string | null) => request<Schemas['EvidencePage']>('GET', '/evidence', { query: { cursor } }),
  take: (body: Schemas['TakeEvidence']) => save('/evidence', body),
}
