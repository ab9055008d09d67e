/**
 * Pages that are somebody else's: who comes to one by an old link or by hand is told whose it is and
 * where to go, instead of a page that never fills (the server refuses its content anyway).
 */
import { coreWords as zh } from '@shared/core-words'
import type { Me } from '@shared/types'

/** What a page is for; pages without it are for all of the staff, or open. */
export type Purpose = 'visits' | 'errand' | 'unit' | 'resident'
export interface Barred { sentence: string; to: string; word: string }

const words = zh.field.barred
const ADMINISTRATORS = new Set(['sys_admin', 'sec_admin', 'audit_admin'])
/** They have the notices and messages of everybody, and nothing of the matters. */
export const administers = (me: Pick<Me, 'posts'>) => me.posts.length > 0 && me.posts.every((post) => ADMINISTRATORS.has(post.role))
const tasks = { to: '/tasks', word: zh.field.tasks.title }
/** Pages of everybody who is signed in. */
const EVERYBODYS = new Set(['/me', '/looks', '/notices', '/notices/:id'])

/** Why somebody has nothing on a page; undefined where it is theirs. `home` is the area that they work for. */
export function barredFrom(page: { path: string; open?: boolean; purpose?: Purpose }, me: Me, home: string | null): Barred | undefined {
  if (page.open) return undefined
  if (me.resident) {
    const own = page.purpose === 'resident' || page.path === '/me' || page.path === '/looks'
    return own ? undefined : { sentence: words.resident, to: '/my', word: zh.resident.mine }
  }
  if (page.purpose === 'resident') return { sentence: words.staff, ...tasks }
  if (EVERYBODYS.has(page.path)) return undefined
  if (administers(me)) return { sentence: words.administrator, to: '/me', word: zh.field.me.title }
  if ((page.purpose === 'visits' || page.purpose === 'errand') && !me.verbs.includes('log_visit')) return { sentence: words[page.purpose], ...tasks }
  if (page.purpose === 'unit' && !home) return { sentence: words.unit, ...tasks }
  return undefined
}
