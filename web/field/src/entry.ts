/**
 * Who uses the app. Who used it last is taken up at once, so that it opens without a network and
 * without waiting; the server is asked beside it, and has the last word.
 */
import { toProblem } from '@shared/problem'
import { useSession } from '@shared/session'
import type { Me } from '@shared/types'
import { ref } from 'vue'
import { forgetView, keepView, keptView } from './kept'

/** On the same shelf as the views: it outlives a browser that is killed, and goes with them. */
const LAST = ['', 'me'] as const
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

/**
 * Resolves as soon as it is known who it is, from the last time or from the server. A page that needs
 * nobody (`patient` is false) waits for the phone alone, never for the server.
 */
export async function enterField(patient: boolean): Promise<void> {
  const session = useSession()
  if (session.me) return
  const last = session.asked ? null : await keptView<Me>(...LAST)
  if (session.me) return
  if (last) session.resume(last.value)
  const answered = ask()
  if (!last && patient) await answered
}
export function remember(): void {
  const { me } = useSession()
  if (me) void keepView(...LAST, me)
  else forgetMe()
}
export function forgetMe(): void {
  void forgetView(...LAST)
}
