import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from './api'
import { setServerNow } from './time'
import type { Me } from './types'

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)
  const post = computed(() => me.value?.posts[0] ?? null)
  /** The area the person works for: the board and the queue open there. */
  const home = computed(() => me.value?.home ?? post.value?.area?.id ?? null)
  const verbs = computed(() => new Set(me.value?.verbs ?? []))
  const can = (verb: string) => verbs.value.has(verb)
  const roles = computed(() => me.value?.posts.map((one) => one.role) ?? [])
  /** Somebody of the grid or community may enter what a unit head did (R044). */
  const mayStandIn = computed(() => me.value?.posts.some((one) => ['grid', 'community'].includes(one.area?.level ?? '')) ?? false)
  /** Parts of the platform that are switched off where this person works. */
  const missing = computed(() => me.value?.missing ?? [])
  /** "莆田市 / 荔城区 / 镇海街道", from the first post. */
  const placeTrail = computed(() => post.value?.area?.full_name ?? post.value?.org?.name ?? '')

  function enter(answer: Me) {
    setServerNow(answer.now)
    me.value = answer
    asked.value = true
  }
  async function load(): Promise<boolean> {
    try {
      enter(await api.me())
    } catch (error) {
      asked.value = true
      // Only the server says that nobody is signed in; a broken network does not.
      if ((error as { status?: number }).status !== 401) throw error
      me.value = null
    }
    return me.value !== null
  }
  async function signIn(login: string, password: string, code?: string) {
    enter(await api.signIn(login, password, code))
  }
  async function signOut() {
    try {
      await api.signOut()
    } finally {
      me.value = null
    }
  }
  /** Takes up who was signed in last, while the server cannot be asked. */
  function resume(known: Me) {
    me.value = known
  }
  function forget() {
    me.value = null
  }
  return { me, asked, post, home, roles, mayStandIn, can, missing, placeTrail, load, signIn, signOut, enter, resume, forget }
})
