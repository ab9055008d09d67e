/** Views that were read last, for when there is no network; each with the time when it was read. */
import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { toProblem } from '@shared/problem'
import { useSession } from '@shared/session'
import { now } from '@shared/time'
import type { Millis } from '@shared/types'
import { shelf } from './shelf'
import type { Shelf } from './shelf'

interface Kept { key: string; at: Millis; value: unknown }
/** Older views are not shown any more: a phone that is lost says little. */
export const KEPT_DAYS = 7

let opened: Promise<Shelf<Kept>> | undefined
const views = () => (opened ??= shelf<Kept>('kept'))
const keyOf = (account: string, name: string) => `${account} ${name}`

export async function keepView(account: string, name: string, value: unknown): Promise<void> {
  try {
    // A plain copy: what Vue watches cannot be cloned by the database.
    await (await views()).put({ key: keyOf(account, name), at: now.value, value: JSON.parse(JSON.stringify(value)) })
  } catch {
    // The disk is full: the view is read anew next time.
  }
}
export async function keptView<Value>(account: string, name: string): Promise<{ at: Millis; value: Value } | null> {
  const found = await (await views()).get(keyOf(account, name))
  return found && found.at > now.value - KEPT_DAYS * 86_400_000 ? { at: found.at, value: found.value as Value } : null
}
export async function forgetView(account: string, name: string): Promise<void> {
  await (await views()).remove(keyOf(account, name))
}
/** Signing out takes everything that was read with it. */
export async function forgetViews(): Promise<void> {
  const all = await views()
  for (const one of await all.all()) await all.remove(one.key)
}

/** Reads a view from the server and keeps it; shows the kept one meanwhile, and where the server is not there. */
export function useKept<Value>(name: () => string, read: () => Promise<Value>, enabled: () => boolean = () => true, staleTime = 15_000) {
  const session = useSession()
  const account = () => session.me?.account ?? ''
  const query = useQuery({
    queryKey: ['kept', computed(account), computed(name)],
    queryFn: async () => {
      const [who, what] = [account(), name()]
      const value = await read()
      void keepView(who, what, value)
      return value
    },
    enabled: computed(enabled),
    staleTime,
  })
  const old = ref<{ at: Millis; value: Value } | null>(null)
  watch([account, name, () => enabled()], async ([who, what, on]) => {
    old.value = null
    if (!on) return
    const found = await keptView<Value>(who, what)
    if (who === account() && what === name()) old.value = found as typeof old.value
  }, { immediate: true })
  return {
    query,
    data: computed<Value | undefined>(() => (query.data.value ?? old.value?.value) as Value | undefined),
    /** When the view was read that is shown although the server could not be asked; null where it is fresh. */
    age: computed<Millis | null>(() => {
      if (!query.isError.value) return null
      return query.data.value !== undefined ? query.dataUpdatedAt.value : (old.value?.at ?? null)
    }),
    problem: computed(() => (query.isError.value ? toProblem(query.error.value) : null)),
  }
}
