import { Problem } from './problem'
import type { ProblemBody } from './types'
import { noteServerDate } from './time'

export const BASE = '/api/v1'

export interface Options {
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  /** Version the person decided on; sent as If-Match. */
  version?: number
  /** Same key, same command: kept by the caller over retries. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** Sent as nobody, whoever is signed in here: what nobody wrote goes out under nobody's session. */
  anonymous?: boolean
}

/** Called when the server says that nobody is signed in; the console goes to the sign-in page. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

export function url(path: string, query?: Options['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '' && value !== false) {
      search.set(name, value === true ? '1' : String(value))
    }
  }
  const tail = search.toString()
  return BASE + path + (tail ? `?${tail}` : '')
}

/** One request. Throws `Problem` for every answer outside 2xx and for no answer at all. */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ Accept: 'application/json' })
  if (method !== 'GET') headers.set('X-Hangji', '1')
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey)
  if (options.version !== undefined) headers.set('If-Match', `"v${options.version}"`)
  let body: BodyInit | undefined
  if (options.body instanceof FormData) body = options.body
  else if (options.body !== undefined) {
    headers.set('Content-Type', 'application/json')
    body = JSON.stringify(options.body)
  }
  let answer: Response
  try {
    answer = await fetch(url(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: options.anonymous ? 'omit' : 'same-origin',
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0)
  }
  noteServerDate(answer.headers.get('date'))
  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as T
  const text = await answer.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** Sends a form whose answer is a file, and hands it to the browser to save. */
export async function save(path: string, body: unknown): Promise<void> {
  let answer: Response
  try {
    const headers = { 'Content-Type': 'application/json', 'X-Hangji': '1' }
    answer = await fetch(url(path), { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' })
  } catch {
    throw new Problem(0)
  }
  if (!answer.ok) throw await problemOf(answer)
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = decodeURIComponent(name ?? '')
  link.click()
  URL.revokeObjectURL(link.href)
}

async function problemOf(answer: Response): Promise<Problem> {
  let body: ProblemBody | undefined
  try {
    if (/json/.test(answer.headers.get('content-type') ?? '')) body = (await answer.json()) as ProblemBody
  } catch {
    // A proxy answered with a broken body: the status alone still says what to do.
  }
  if (answer.status === 401) onSignedOut()
  return new Problem(answer.status, body)
}
