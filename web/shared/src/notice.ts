/** Calls and shapes of notices; see `api.ts`. The shapes are those of the server's document. */
import type { components } from '../api'
import { request } from './http'
import type { Id } from './types'

type Schemas = components['schemas']
export type Notice = Schemas['Notice']
export type NoticePage = Schemas['NoticePage']
export type NoticeRow = Schemas['NoticeRow']
export type NoticeFigures = Schemas['NoticeFigures']
export type NoticeProgress = Schemas['NoticeProgress']
export type NoticePreview = Schemas['NoticePreview']
export type RecipientPage = Schemas['RecipientPage']
export type PublishNotice = Schemas['PublishNotice']
export type CorrectNotice = Schemas['CorrectNotice']

const enc = encodeURIComponent
const on = (id: Id, verb: string, body: unknown = {}, version?: number) =>
  request<Notice>('POST', `/notices/${enc(id)}/${verb}`, { body, version })

export const notices = {
  list: (view: string, cursor?: string | null) => request<NoticePage>('GET', '/notices', { query: { view, cursor } }),
  one: (id: Id) => request<Notice>('GET', `/notices/${enc(id)}`),
  read: (id: Id) => on(id, 'read'),
  finish: (id: Id, body: { values: string[]; reply?: string; files: Id[] }) => on(id, 'finish', body),
  correct: (id: Id, body: CorrectNotice, version: number) => on(id, 'correct', body, version),
  urge: (id: Id) => on(id, 'urge'),
  withdraw: (id: Id, reason: string) => on(id, 'withdraw', { reason }),
  publish: (body: PublishNotice, idempotencyKey: string) => request<Notice>('POST', '/notices', { body, idempotencyKey }),
  preview: (body: PublishNotice) => request<NoticePreview>('POST', '/notices/preview', { body }),
  progress: (id: Id, area?: Id) => request<NoticeProgress>('GET', `/notices/${enc(id)}/progress`, { query: { area } }),
  recipients: (id: Id, area: Id, standing: string, cursor?: string | null) =>
    request<RecipientPage>('GET', `/notices/${enc(id)}/recipients`, { query: { area, standing, cursor } }),
}
