/** From where the organisations of a call are offered. */
import type { Id, MatterView, Me } from './types'

/**
 * The area whose organisations somebody may call or ask for a matter: that of the own post which judges
 * it; for a department that invites others, the town of the matter.
 */
export function callsFrom(me: Pick<Me, 'posts'> | null, matter: Pick<MatterView, 'trail'>, home: Id | null): Id | null {
  const trail = new Set(matter.trail.map((one) => one.id))
  const mine = me?.posts.find((post) => post.area && trail.has(post.area.id))
  const town = me?.posts.some((post) => post.org) ? matter.trail.find((one) => one.level === 'town')?.id : undefined
  return mine?.area?.id ?? town ?? home
}
