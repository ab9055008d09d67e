/** Every call of the pages, typed. Names follow the HTTP contract. */
import { request } from './http'
import type {
  BulkResult,
  Absence, Account, ActionForm, ApiToken, Area, AreaChange, AreaChangeForm, AreaChangePreview, AreaCheck, AreaDetail, AreaHistory, AreaWhole, BoundaryImport, Crosswalk, FormerBoundary, GridImport, LineCount,
  AreaPost, AuditRow, Board, Callable, CategoryClass, CodeList, Day, DemoAccount, Dictionaries, Duty, Factor, FactorOffer,
  FileRef, Flow, FlowSummary, Followed, Home, Id, Located, Look, MadeAccount, MadeToken, MatterPage, MatterRow, MatterView, Me, Message, Millis,
  Job, JobRun, Letter, LetterEvent, LetterPreview, LetterVersion, OpenSession, Page, Parameter, ReportForm, RuleBook, Sender, SignInAttempt, Station, StuckDesk, Subscription,
  TodayBoard, Vacancy, Visit,
} from './types'
import type { FeatureCollection } from 'geojson'
import type { SheetBody } from './sheet'

const get = request.bind(null, 'GET') as <T>(path: string, options?: Parameters<typeof request>[2]) => Promise<T>
const enc = encodeURIComponent

export interface MatterQuery {
  view: 'queue' | 'mine' | 'area' | 'asked'
  area?: Id
  state?: string
  line?: string
  class?: string
  category?: string
  overdue?: boolean
  supervised?: boolean
  reopened?: boolean
  came_back?: boolean
  enforced?: boolean
  tag?: string
  phases?: string
  job?: string
  due_before?: Millis
  due_after?: Millis
  counts?: boolean
  open?: boolean
  q?: string
  cursor?: string | null
  limit?: number
}

export const api = {
  signIn: (login: string, password: string, code?: string) => request<Me>('POST', '/sessions', { body: { login, password, code } }),
  sessions: () => get<OpenSession[]>('/me/sessions'),
  endSession: (id: string) => request<void>('DELETE', `/me/sessions/${enc(id)}`),
  ownSignIns: () => get<SignInAttempt[]>('/me/sign-ins'),
  signIns: (query: { login?: string; address?: string; outcome?: string; cursor?: string | null }) => get<Page<SignInAttempt>>('/sign-ins', { query }),
  factor: () => get<Factor>('/me/factor'),
  beginFactor: () => request<FactorOffer>('POST', '/me/factor'),
  confirmFactor: (code: string) => request<{ codes: string[] }>('PUT', '/me/factor', { body: { code } }),
  removeFactor: (code: string) => request<void>('POST', '/me/factor/removal', { body: { code } }),
  jobs: () => get<Job[]>('/jobs'),
  jobRuns: (code: string) => get<Page<JobRun>>(`/jobs/${enc(code)}/runs`),
  runJob: (code: string) => request<JobRun>('POST', `/jobs/${enc(code)}/run`),
  senders: () => get<Sender[]>('/senders'),
  putSender: (code: string, body: Record<string, unknown>) => request<void>('PUT', `/senders/${enc(code)}`, { body }),
  removeSender: (code: string) => request<void>('DELETE', `/senders/${enc(code)}`),
  testSender: (code: string, address: string) => request<void>('POST', `/senders/${enc(code)}/test`, { body: { address } }),
  letters: () => get<Page<Letter>>('/letters'),
  letterTexts: () => get<LetterEvent[]>('/letter-texts'),
  setLetterText: (event: string, channel: string, text: string | null) => request<void>('PUT', `/letter-texts/${enc(event)}/${enc(channel)}`, { body: { text } }),
  previewLetterText: (event: string, channel: string, text: string) => request<LetterPreview>('POST', `/letter-texts/${enc(event)}/${enc(channel)}/preview`, { body: { text } }),
  letterVersions: (event: string, channel: string, cursor: string | null) => get<Page<LetterVersion>>(`/letter-texts/${enc(event)}/${enc(channel)}/versions${cursor ? `?cursor=${enc(cursor)}` : ''}`),
  retryLetter: (id: Id) => request<void>('POST', `/letters/${enc(id)}/retry`),
  subscriptions: () => get<Subscription[]>('/me/subscriptions'),
  quietHours: () => get<{ from: string; to: string }>('/me/quiet-hours'),
  setQuietHours: (from: string, to: string) => request<void>('PUT', '/me/quiet-hours', { body: { from, to } }),
  subscribe: (sender: string, address: string, kinds: string[]) => request<void>('PUT', `/me/subscriptions/${enc(sender)}`, { body: { address, kinds: kinds.join(',') } }),
  codeLists: () => get<CodeList[]>('/code-lists'),
  addCode: (list: string, body: { owner: string; word: string; kinds: string[] }) => request<void>('POST', `/code-lists/${enc(list)}/entries`, { body }),
  changeCode: (list: string, body: { owner: string; code: string; word?: string; retired?: boolean }) => request<void>('PUT', `/code-lists/${enc(list)}/entries`, { body }),
  parameters: () => get<Parameter[]>('/parameters'),
  setParameter: (code: string, scope: string, value: string | null) => request<void>('PUT', `/parameters/${enc(code)}`, { body: { scope, value } }),
  signOut: () => request<void>('DELETE', '/sessions/current'),
  changePassword: (old_password: string, password: string) => request<void>('PUT', '/me/password', { body: { old_password, password } }),
  me: () => get<Me>('/me'),
  home: () => get<Home>('/home'),
  demoAccounts: () => get<DemoAccount[]>('/demo/accounts'),

  rootArea: () => get<Area>('/areas/root'),
  area: (id: Id) => get<AreaDetail>(`/areas/${enc(id)}`),
  children: (id: Id) => get<Area[]>(`/areas/${enc(id)}/children`),
  boundaries: (id: Id) => get<FeatureCollection>(`/areas/${enc(id)}/boundaries`),
  searchAreas: (q: string, level?: string) => get<Area[]>('/areas/search', { query: { q, level } }),
  locate: (lon: number, lat: number) => get<Located>('/areas/locate', { query: { lon, lat } }),
  areaHistory: (id: Id) => get<AreaHistory>(`/areas/${enc(id)}/history`),
  importGrids: (id: Id, system: string, sheet: SheetBody, apply: boolean) => request<GridImport>('POST', `/areas/${enc(id)}/grids`, { body: { system, ...sheet, apply } }),
  importBoundaries: (id: Id, crs: string, file: string, apply: boolean) => request<BoundaryImport>('POST', `/areas/${enc(id)}/boundaries`, { body: { crs, file, apply } }),
  restoreBoundaries: (change: Id) => request<AreaChange>('POST', `/area-changes/${enc(change)}/restoration`),
  crosswalk: (id: Id, system: string) => get<Crosswalk>(`/areas/${enc(id)}/crosswalk`, { query: { system } }),
  areaWhole: (id: Id, kind: string) => get<AreaWhole>(`/areas/${enc(id)}/completeness`, { query: { kind: kind || undefined } }),
  areaCheck: (id: Id, days: number) => get<AreaCheck>(`/areas/${enc(id)}/check`, { query: { days } }),
  formerBoundaries: (id: Id) => get<FormerBoundary[]>(`/areas/${enc(id)}/former-boundaries`),
  areaChanges: (area: Id) => get<Page<AreaChange>>('/area-changes', { query: { area } }),
  areaChangePreview: (id: Id) => get<AreaChangePreview>(`/area-changes/${enc(id)}/preview`),
  previewAreaChange: (form: AreaChangeForm) => request<AreaChangePreview>('POST', '/area-changes/preview', { body: form }),
  proposeAreaChange: (form: AreaChangeForm) => request<AreaChange>('POST', '/area-changes', { body: form }),
  decideAreaChange: (id: Id, granted: boolean, opinion: string) =>
    request<AreaChange>('POST', `/area-changes/${enc(id)}/decision`, { body: { granted, opinion } }),
  withdrawAreaChange: (id: Id) => request<AreaChange>('DELETE', `/area-changes/${enc(id)}`),
  callable: (id: Id, category?: string | null) => get<Callable[]>(`/areas/${enc(id)}/callable`, { query: { category } }),
  stations: () => get<Station[]>('/me/stations'),
  vacancies: (id: Id, level?: string) => get<Vacancy[]>(`/areas/${enc(id)}/vacancies`, { query: { level } }),
  posts: (id: Id) => get<AreaPost[]>(`/areas/${enc(id)}/posts`),
  addPost: (id: Id, body: Record<string, unknown>, idempotencyKey: string) =>
    request<unknown>('POST', `/areas/${enc(id)}/posts`, { body, idempotencyKey }),
  absences: (id: Id) => get<Absence[]>(`/areas/${enc(id)}/absences`),
  addAbsence: (post: Id, body: Record<string, unknown>, idempotencyKey: string) =>
    request<Absence>('POST', `/posts/${enc(post)}/absences`, { body, idempotencyKey }),
  endAbsence: (id: Id, idempotencyKey: string) => request<void>('DELETE', `/absences/${enc(id)}`, { idempotencyKey }),
  duties: (id: Id, day: Day) => get<Duty[]>(`/areas/${enc(id)}/duties`, { query: { day } }),
  setDuties: (id: Id, day: Day, accounts: Id[], idempotencyKey: string) =>
    request<unknown>('PUT', `/areas/${enc(id)}/duties`, { body: { day, accounts }, idempotencyKey }),

  categories: () => get<CategoryClass[]>('/categories'),
  dictionaries: () => get<Dictionaries>('/dictionaries'),
  flows: () => get<FlowSummary[]>('/flows'),
  flow: (code: string, version: number) => get<Flow>(`/flows/${enc(code)}/${version}`),

  report: (form: ReportForm, idempotencyKey: string) =>
    request<MatterView>('POST', '/matters', { body: form, idempotencyKey }),
  follow: (no: string, code: string) => get<Followed>(`/public/reports/${enc(no)}`, { query: { code } }),
  confirm: (no: string, form: { code: string; rating: number; words?: string }, idempotencyKey: string) =>
    request<unknown>('POST', `/public/reports/${enc(no)}/confirm`, { body: form, idempotencyKey }),
  matters: (query: MatterQuery) => get<MatterPage>('/matters', { query: { ...query } }),
  nearby: (lon: number, lat: number, category?: string) =>
    get<MatterRow[]>('/matters/nearby', { query: { lon, lat, category } }),
  matter: (id: Id) => get<MatterView>(`/matters/${enc(id)}`),
  act: (id: Id, action: string, form: ActionForm, version: number, idempotencyKey: string) =>
    request<MatterView>('POST', `/matters/${enc(id)}/actions/${enc(action)}`, { body: form, version, idempotencyKey }),
  bulk: (action: string, rows: { id: Id; version: number; task?: number }[], form: ActionForm, idempotencyKey: string) =>
    request<BulkResult[]>('POST', '/matters/bulk', { body: { action, rows, form }, idempotencyKey }),
  unmask: (id: Id, reason: string) =>
    request<{ name: string; phone: string }>('POST', `/matters/${enc(id)}/unmask`, { body: { reason } }),
  upload: (file: File) => {
    const body = new FormData()
    body.append('file', file)
    return request<FileRef>('POST', '/files', { body })
  },

  board: (area: Id, from: Day, to: Day) => get<Board>(`/boards/${enc(area)}`, { query: { from, to } }),
  today: (area: Id) => get<TodayBoard>(`/boards/${enc(area)}/today`),
  lines: (area: Id) => get<LineCount[]>(`/boards/${enc(area)}/lines`),
  stuck: (area: Id) => get<StuckDesk[]>(`/boards/${enc(area)}/stuck`),

  messages: (unread: boolean, cursor?: string | null) =>
    get<Page<Message>>('/messages', { query: { unread, cursor } }),
  markRead: (which: { ids: Id[] } | { all: true }) => request<{ unread: number }>('POST', '/messages/read', { body: which }),

  visits: (area: Id | undefined, kind: string | undefined, cursor?: string | null) => get<Page<Visit>>('/visits', { query: { area, kind, cursor } }),
  addVisit: (body: Record<string, unknown>, idempotencyKey: string) =>
    request<Visit>('POST', '/visits', { body, idempotencyKey }),
  audit: (query: { name?: string; action?: string; object?: string; from?: number; to?: number; cursor?: string | null }) => get<Page<AuditRow>>('/audit', { query }),
  looks: (cursor?: string | null) => get<Page<Look>>('/me/looks', { query: { cursor } }),
  publicLooks: (no: string, code: string) => get<Look[]>(`/public/reports/${enc(no)}/looks`, { query: { code } }),
  rules: (year: number) => get<RuleBook>('/rules', { query: { year } }),
  accounts: (q: string | undefined, cursor?: string | null) => get<Page<Account>>('/accounts', { query: { q, cursor } }),
  /** Accounts of other systems. */
  services: () => get<Page<Account>>('/accounts', { query: { service: true, limit: 100 } }),
  createAccount: (body: { login: string; name: string; phone?: string; service: boolean }) => request<MadeAccount>('POST', '/accounts', { body }),
  setAccount: (id: Id, disabled: boolean) => request<void>('PUT', `/accounts/${enc(id)}/state`, { body: { disabled } }),
  unlockAccount: (id: Id) => request<void>('DELETE', `/accounts/${enc(id)}/lock`),
  resetAccount: (id: Id) => request<MadeAccount>('POST', `/accounts/${enc(id)}/password`),
  tokens: () => get<ApiToken[]>('/tokens'),
  createToken: (body: { account: Id; name: string; expires_at: Millis }, idempotencyKey: string) => request<MadeToken>('POST', '/tokens', { body, idempotencyKey }),
  revokeToken: (id: Id) => request<void>('DELETE', `/tokens/${enc(id)}`),
}

export const fileUrl = (id: Id) => `/api/v1/files/${enc(id)}`
