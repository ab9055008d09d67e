/**
 * Who uses the app. Who used it last is taken up at once, so that it opens without a network and
 * without waiting; the server is asked beside it, and has the last word.
 */
import { keep, recall } from '@shared/keep'
import { toProblem } from '@shared/problem'
import { useSession } from '@shared/session'
import type { Me } from '@shared/types'
import { ref } from 'vue'

const LAST = 'field.me'
/** The server could not be asked: what is shown is what was kept. */
export const cutOff = ref(false)

let asking: Promise<void> | undefined
/** Asks the server once who it is; again by `ask` after it was cut off. */
export function ask(): Promise<void> {
  const session = useSession()
  asking ??= session.load().then(
    () => {
      cutOff.value = false
      remember()
    },
    (error: unknown) => {
      cutOff.value = toProblem(error).retryable
      asking = undefined
    },
  )
  return asking
}

/** Resolves as soon as it is known who it is, from the last time or from the server. */
export async function enterField(): Promise<void> {
  const session = useSession()
  if (session.me) return
  const last = session.asked ? null : recall<Me>(LAST)
  if (last) session.resume(last)
  const answered = ask()
  if (!last) await answered
}
export function remember(): void {
  keep(LAST, useSession().me)
}
export function forgetMe(): void {
  keep(LAST, null)
}
