/** Calls and shapes of the face for residents; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { FileRef, Id, Look, Me } from './types'

type Schemas = components['schemas']
export type PublicPlace = Schemas['PublicPlace']
/** The place of a sign that was read: of an address also its words, down to the building. */
export type SignedPlace = PublicPlace & { address?: string | null }
export type PublicClass = Schemas['PublicClass']
export type PublicReceipt = Schemas['PublicReceipt']
export type PublicReport = Schemas['PublicReport']

export const resident = {
  places: (q: string) => request<PublicPlace[]>('GET', '/public/areas/search', { query: { q } }),
  placeOfSign: (code: string) => request<SignedPlace>('GET', '/public/place', { query: { code } }),
  locate: (lon: number, lat: number) => request<PublicPlace>('GET', '/public/areas/locate', { query: { lon, lat } }),
  categories: () => request<PublicClass[]>('GET', '/public/categories'),
  report: (body: PublicReport, idempotencyKey: string) => request<PublicReceipt>('POST', '/public/reports', { body, idempotencyKey, anonymous: true }),
  looks: (no: string, code: string) => request<Look[]>('GET', `/public/reports/${encodeURIComponent(no)}/looks`, { query: { code } }),
  /** From a city's app, with the token that it signed. */
  enter: (token: string) => request<Me>('POST', '/public/entries', { body: { token } }),
  upload: (file: File) => {
    const body = new FormData()
    body.append('file', file)
    return request<FileRef>('POST', '/public/files', { body, anonymous: true })
  },
}

/** Number and code from the receipt on the way to the page that follows them: in memory only, taken once. */
let handed: { no: Id; code: string } | null = null
export function hand(no: Id, code: string): void {
  handed = { no, code }
}
export function take(): { no: Id; code: string } | null {
  const last = handed
  handed = null
  return last
}
