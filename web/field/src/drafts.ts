/** What is being written, with its pictures: on the disk while it is written, gone when it is in the box. */
import { onUnmounted, watch } from 'vue'
import { shelf } from './shelf'
import type { Shelf } from './shelf'

interface Draft { key: string; value: unknown }
let opened: Promise<Shelf<Draft>> | undefined
const drafts = () => (opened ??= shelf<Draft>('drafts'))

export async function draftOf<Value>(key: string): Promise<Value | null> {
  const found = await (await drafts()).get(key)
  return found ? (found.value as Value) : null
}
export async function putDraft(key: string, value: unknown): Promise<void> {
  const all = await drafts()
  if (value === null) await all.remove(key)
  else await all.put({ key, value })
}
/**
 * Keeps what `read` gives whenever it changes, from `begin` (the old draft is taken up) to `end` (it
 * is in the box); null where there is nothing worth keeping.
 */
export function keepDraft(key: () => string, read: () => unknown): { begin: () => void; end: () => Promise<void> } {
  let on = false
  let last: Promise<void> = Promise.resolve()
  const stop = watch(read, (value) => {
    if (on) last = last.then(() => (on ? putDraft(key(), value) : undefined)).catch(() => undefined)
  }, { deep: true })
  onUnmounted(stop)
  return {
    begin: () => { on = true },
    end: async () => {
      on = false
      stop()
      await last
      await putDraft(key(), null)
    },
  }
}
