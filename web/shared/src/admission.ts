/** Calls and shapes of the gate, the burden meter and the certificates; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Day, Id } from './types'

type Schemas = components['schemas']
export type Admission = Schemas['Admission']
export type ApplyAdmission = Schemas['ApplyAdmission']
export type BurdenBoard = Schemas['BurdenBoard']
export type Certificate = Schemas['Certificate']

const enc = encodeURIComponent

export const admissions = {
  list: () => request<Admission[]>('GET', '/admissions'),
  apply: (body: ApplyAdmission, idempotencyKey: string) => request<Admission>('POST', '/admissions', { body, idempotencyKey }),
  decide: (id: Id, body: Schemas['DecideAdmission']) => request<Admission>('POST', `/admissions/${enc(id)}/decide`, { body }),
  exit: (id: Id, reason: string) => request<Admission>('POST', `/admissions/${enc(id)}/exit`, { body: { reason } }),
}
export const burden = (area: Id, level: string, to?: Day) => request<BurdenBoard>('GET', `/boards/${enc(area)}/burden`, { query: { level, to } })
export type CertificateEntry = Schemas['CertificateEntry']
export type CertificateForm = Schemas['CertificateForm']
export const certificates = () => request<Certificate[]>('GET', '/certificates')
export const certificateLog = (area: Id, cursor?: string | null) => request<Schemas['CertificateLog']>('GET', `/areas/${enc(area)}/certificates`, { query: { cursor: cursor ?? undefined } })
export const certify = (area: Id, body: CertificateForm, idempotencyKey: string) => request<CertificateEntry>('POST', `/areas/${enc(area)}/certificates`, { body, idempotencyKey })
export const certificateEntry = (id: Id) => request<CertificateEntry>('GET', `/certificate-entries/${enc(id)}`)
