/** Calls and shapes of standard phrases; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Phrase = Schemas['Phrase']
export type PhraseForm = Schemas['PhraseForm']

export const phrases = {
  list: () => request<Phrase[]>('GET', '/phrases'),
  save: (body: PhraseForm, idempotencyKey: string) => request<Phrase>('POST', '/phrases', { body, idempotencyKey }),
  remove: (id: Id) => request<void>('DELETE', `/phrases/${encodeURIComponent(id)}`),
}
