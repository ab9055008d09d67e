import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@shared/api'
import { minute } from '@shared/time'
import { watch } from 'vue'
import { useSession } from '@shared/session'

/** New messages: asked for once a minute while the page is looked at; a phone keeps no connection open for it. */
export const useNews = defineStore('news', () => {
  const session = useSession()
  const unread = ref(session.me?.unread ?? 0)
  const tick = ref(0)
  watch(minute, async () => {
    if (document.visibilityState !== 'visible' || !session.me) return
    try {
      const me = await api.me()
      if (me.unread !== unread.value) tick.value += 1
      unread.value = me.unread
    } catch {
      // No network: the next minute asks again.
    }
  })
  return { unread, tick }
})
