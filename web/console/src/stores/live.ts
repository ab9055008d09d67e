import { defineStore } from 'pinia'
import { ref } from 'vue'
import { BASE } from '@shared/http'
import { useSession } from './session'

export interface MatterEvent {
  id: string
  no: string
  title: string
  state: string
  desk_name: string
  action: string
  version: number
}

type Listener = (event: MatterEvent) => void

/**
 * Live events of the server. A hidden tab lets its stream go: browsers allow six connections to one
 * origin over HTTP/1.1, and people open one tab per matter.
 */
export const useLive = defineStore('live', () => {
  const connected = ref(true)
  const boardTick = ref(0)
  const messageTick = ref(0)
  const noticeTick = ref(0)
  /** Grows on every return to the tab: pages fetch what they missed. */
  const resumed = ref(0)
  const listeners = new Set<Listener>()
  let stream: EventSource | null = null
  let started = false

  function parse<T>(event: Event): T | null {
    try {
      return JSON.parse((event as MessageEvent<string>).data) as T
    } catch {
      return null
    }
  }
  function openStream() {
    if (stream || document.hidden || typeof EventSource === 'undefined') return
    const source = new EventSource(`${BASE}/events`)
    source.onopen = () => {
      if (!connected.value) resumed.value += 1
      connected.value = true
    }
    source.onerror = () => {
      connected.value = false
      // A refused stream (restart, signed out) is not retried by the browser itself.
      if (source.readyState === EventSource.CLOSED) {
        closeStream()
        setTimeout(() => started && openStream(), 5_000)
      }
    }
    source.addEventListener('matter', (event) => {
      const value = parse<MatterEvent>(event)
      if (value) listeners.forEach((listener) => listener(value))
    })
    source.addEventListener('message', (event) => {
      if (!parse(event)) return
      const session = useSession()
      if (session.me) session.me.unread += 1
      messageTick.value += 1
    })
    source.addEventListener('notice', () => {
      noticeTick.value += 1
    })
    source.addEventListener('board', () => {
      boardTick.value += 1
    })
    stream = source
  }
  function closeStream() {
    stream?.close()
    stream = null
  }
  function onVisibility() {
    if (document.hidden) closeStream()
    else {
      resumed.value += 1
      openStream()
    }
  }
  function start() {
    if (started) return
    started = true
    document.addEventListener('visibilitychange', onVisibility)
    openStream()
  }
  function stop() {
    started = false
    document.removeEventListener('visibilitychange', onVisibility)
    closeStream()
  }
  /** Tells of every change of a matter the person may see; returns how to stop listening. */
  function onMatter(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { connected, boardTick, messageTick, noticeTick, resumed, start, stop, onMatter }
})
