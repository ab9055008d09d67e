/** Calls and shapes of signing in by telephone; see `api.ts`. */
import type { components } from '../api'
import { request } from './http'
import type { Me } from './types'

type Schemas = components['schemas']

export const phone = {
  way: () => request<Schemas['PhoneSignIn']>('GET', '/public/phone-codes'),
  ask: (number: string) => request<void>('POST', '/public/phone-codes', { body: { phone: number } }),
  enter: (number: string, code: string, consent: string) => request<Me>('POST', '/public/phone-sessions', { body: { phone: number, code, consent } }),
}
