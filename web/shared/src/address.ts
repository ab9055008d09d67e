/** Standard addresses and households: calls and shapes. */
import { request } from './http'
import type { SheetBody } from './sheet'
import type { Id, Millis } from './types'

export interface Address {
  id: Id
  code: string
  parent: string
  text: string
  street: string
  door: string
  estate: string
  building: string
  stairwell: string
  floor: string
  room: string
  aliases: string
  status: string
  status_word: string
  area: Id
  area_name: string
  in_unit: boolean
  stated: boolean
  elsewhere?: string | null
  lon?: number | null
  lat?: number | null
  changed_at: Millis
  changed_by: string
  may_correct: boolean
}

export interface AddressPage {
  rows: Address[]
  next?: string | null
  addresses: number
  households: number
  people: number
}

export interface RegisterImport {
  rows: number
  new: number
  known: number
  nowhere: number
  elsewhere: number
  wrong: number
  problems: { field: string; message: string }[]
  written: boolean
  marked?: string | null
}

/** A sign for a door: the picture holds `link`. */
export interface Sign { id: Id; title: string; place: string; link: string; svg: string }
export interface SignPage { rows: Sign[]; next?: string | null }

const enc = encodeURIComponent
export const address = {
  list: (area: Id, q: string, status: string, cursor: string | null) =>
    request<AddressPage>('GET', `/areas/${enc(area)}/addresses`, { query: { q: q || undefined, status: status || undefined, cursor } }),
  take: (area: Id, what: 'addresses' | 'households', sheet: SheetBody, apply: boolean) =>
    request<RegisterImport>('POST', `/areas/${enc(area)}/${what}`, { body: { ...sheet, apply } }),
  signs: (area: Id, query: { of: 'units' | 'addresses'; q: string; base: string; cursor: string | null; limit: number }) =>
    request<SignPage>('GET', `/areas/${enc(area)}/signs`, { query }),
  correct: (id: Id, body: Record<string, unknown>) => request<Address>('PUT', `/addresses/${enc(id)}`, { body }),
}
