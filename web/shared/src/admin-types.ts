/** Accounts, sign-in security, parameters, tokens and the audit; see `types.ts`. */
import type { Id, Millis } from './types'

/** Somebody looked at personal data. */
export interface Look {
  at: Millis
  who: string
  why: string
  no: string
}

/** An open session of somebody. */
export interface OpenSession {
  id: string
  created_at: Millis
  seen_at: Millis
  address: string
  agent: string
  current: boolean
}

export interface SignInAttempt {
  at: Millis
  login: string
  name?: string | null
  address: string
  outcome: string
  outcome_word: string
}

export interface Factor {
  since?: Millis | null
  recovery_left: number
  demanded: boolean
}
export interface FactorOffer {
  secret: string
  uri: string
  qr_svg: string
}

export interface Parameter {
  code: string
  word: string
  help: string
  kind: string
  min?: number | null
  max?: number | null
  unit: string
  default: string
  value: string
  own: { scope: string; value: string; area_name?: string | null }[]
  keeper: string
  per_role: boolean
  per_account: boolean
  per_area: boolean
  may_change: boolean
}

export interface CodeEntry {
  owner: string
  owner_word: string
  code: string
  word: string
  original?: string | null
  kinds: string[]
  retired: boolean
  used?: number | null
  used_by: string[]
  version: number
  changed_at?: Millis | null
  changed_by?: string | null
}

/** A code list with who keeps it. */
export interface CodeList {
  code: string
  word: string
  keeper: string
  keeper_word: string
  why: string
  may_change: boolean
  entries: CodeEntry[]
}

export interface DemoAccount {
  login: string
  password: string
  name: string
  title: string
  role: string
  role_word: string
  place: string
}

export interface AuditRow {
  seq: number
  at: Millis
  account?: Id | null
  name?: string | null
  title?: string | null
  action: string
  action_word: string
  object?: string | null
  object_word: string
  detail?: string | null
}

export interface Account {
  id: Id
  login: string
  name: string
  phone_masked: string
  service: boolean
  locked_until?: Millis | null
  disabled_at?: Millis | null
  titles: string[]
}

export interface MadeAccount {
  id: Id
  login: string
  password?: string | null
}

/** Answer of making a token: its secrets are shown this once. */
export interface MadeToken {
  id: Id
  token: string
  signing_key: string
  expires_at: Millis
}

export interface ApiToken {
  id: Id
  account: Id
  account_name: string
  name: string
  created_at: Millis
  expires_at: Millis
  revoked_at?: Millis | null
}
