/** The pages of residents inside an app of the city (R072): without our frame, with the way back. */
import { ref } from 'vue'
import { request } from './http'
import type { Me } from './types'

const KEY = 'hangji_embedded'

/** Where the app is, while a page of it shows us; empty where it did not say so, null outside of apps. */
export const embedded = ref<string | null>(sessionStorage.getItem(KEY))

export function embed(back: string): void {
  sessionStorage.setItem(KEY, back)
  embedded.value = back
}

/** The way back as it was asked for, if it leads to an app that may show us: nowhere else. */
export function wayBack(asked: string, origins: string[]): string {
  try {
    const url = new URL(asked)
    return url.protocol === 'https:' && origins.includes(url.origin) ? url.href : ''
  } catch {
    return ''
  }
}

export const embedding = {
  /** Addresses of the apps that may show our pages. */
  origins: async () => (await request<{ origins: string[] }>('GET', '/public/embedding')).origins,
  enter: (token: string) => request<Me>('POST', '/public/entries', { body: { token, embedded: true } }),
}
