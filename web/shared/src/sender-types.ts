/** Shapes of jobs, senders and what they send. */
import type { Id, Millis } from './types'

export interface JobRun {
  started_at: Millis
  ended_at: Millis
  good: boolean
  detail: string
  by_hand: boolean
}
export interface Job {
  code: string
  word: string
  help: string
  every_s: number
  last?: JobRun | null
}
export interface Sender {
  code: string
  name: string
  kind: string
  enabled: boolean
  url: string
  body: string
  good: string
  host: string
  port: number
  from: string
}
export interface Letter {
  id: Id
  sender: string
  address: string
  state: string
  tries: number
  at: Millis
  next_at: Millis
  problem: string
}
export interface LetterText {
  channel: string
  word: string
  chars_max: number
  text: string
  own: boolean
}
export interface LetterEvent {
  code: string
  word: string
  holders: { name: string; help: string; example: string }[]
  texts: LetterText[]
}
export interface LetterPreview {
  text: string
  chars: number
}
export interface LetterVersion {
  version: number
  text?: string | null
  at: Millis
  by: string
}
export interface Subscription {
  sender: string
  name: string
  address: string
  kinds: string[]
}
