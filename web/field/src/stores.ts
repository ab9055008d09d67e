/** The box of what is not sent yet, for the pages: when it is sent, and what they show of it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@shared/api'
import { Problem, toProblem } from '@shared/problem'
import { useSession } from '@shared/session'
import { now } from '@shared/time'
import type { Id } from '@shared/types'
import { deliver } from './deliver'
import { Outbox } from './outbox'
import type { Draft, Entry } from './outbox'
import { shelf } from './shelf'

/** `online` lies, and background synchronisation is missing in most WebViews: a timer always asks again. */
const EVERY_MS = 20_000

/** Who the server says it is: never what this page believes. */
async function who(): Promise<Id | null> {
  try {
    return (await api.me()).account
  } catch (error) {
    if (toProblem(error).status === 401) return null
    throw error
  }
}

export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const box = shallowRef<Outbox | null>(null)
  const entries = shallowRef<Entry[]>([])
  const lasting = ref(true)
  const busy = ref(false)
  /** What is on the disk was read: before, nobody knows whether the box is empty. */
  const ready = ref(false)
  const trouble = shallowRef<Problem | null>(null)
  /** Counts what was sent: pages read anew when it grows. */
  const sent = ref(0)

  const account = computed(() => session.me?.account ?? null)
  /** Of this account alone; while nobody is signed in, what nobody wrote. */
  const mine = computed(() => entries.value.filter((one) => one.account === account.value))
  const open = computed(() => mine.value.filter((one) => one.state !== 'sent'))
  const stuck = computed(() => open.value.filter((one) => one.state === 'refused' || one.state === 'conflict'))
  /** How much of others waits here, without a word of it. */
  const foreign = computed(() => (box.value && entries.value.length ? box.value.foreignTo(account.value) : { accounts: 0, nobody: 0 }))

  function show() {
    entries.value = (box.value?.entries ?? []).map((one) => ({ ...one }))
  }
  const started = (async () => {
    const disk = await shelf<Entry>('outbox')
    lasting.value = disk.lasting
    box.value = new Outbox(disk, deliver, who, () => now.value, show)
    await box.value.open()
    ready.value = true
    return box.value
  })()

  async function flush(): Promise<void> {
    const outbox = await started
    // Asking the server who it is costs a request: not where nothing can be sent.
    if (!outbox.entries.some((one) => one.state === 'waiting' || one.state === 'sending')) return
    const before = outbox.entries.filter((one) => one.state === 'sent').length
    busy.value = true
    try {
      await (navigator.locks ? navigator.locks.request('hangji-outbox', () => outbox.flush()) : outbox.flush())
      trouble.value = outbox.trouble
    } finally {
      busy.value = false
      const after = outbox.entries.filter((one) => one.state === 'sent').length
      if (after > before) sent.value += 1
    }
  }
  /** Puts it into the box, and tries to send it at once. */
  async function write(draft: Draft, anonymous = false): Promise<Entry> {
    const outbox = await started
    const entry = await outbox.write(anonymous ? null : account.value, draft)
    void flush()
    return entry
  }
  async function rewrite(id: string, draft: Draft): Promise<Entry | undefined> {
    const entry = await (await started).rewrite(account.value, id, draft)
    void flush()
    return entry
  }
  async function discard(id: string) {
    await (await started).discard(account.value, id)
    void flush()
  }
  /** Signing out leaves nothing of this account on the phone but what is not sent, and that for nobody else to read. */
  async function forgetSent(of: Id) {
    const outbox = await started
    for (const one of outbox.ofAccount(of).filter((entry) => entry.state === 'sent')) await outbox.discard(of, one.id)
  }
  const byId = (id: string) => mine.value.find((one) => one.id === id)

  /** From here on it is sent by itself: now, by a timer, and whenever the page or the network comes back. */
  function start() {
    void flush()
    setInterval(() => void flush(), EVERY_MS)
    window.addEventListener('online', () => void flush())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void flush()
    })
  }
  return { ready, mine, open, stuck, foreign, lasting, busy, trouble, sent, started, start, flush, write, rewrite, discard, forgetSent, byId }
})
