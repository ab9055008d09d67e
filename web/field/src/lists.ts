/** Lists that hardly change, kept so that forms work without a network. */
import { api } from '@shared/api'
import { resident } from '@shared/resident'
import { useSession } from '@shared/session'
import type { Area } from '@shared/types'
import { useKept } from './kept'

const HOUR = 3_600_000
const list = <Value>(name: string, read: () => Promise<Value>, enabled?: () => boolean) => useKept(() => name, read, enabled, HOUR).data

/** For lists that only the staff may read and needs. */
function staff(): () => boolean {
  const session = useSession()
  return () => Boolean(session.me && !session.me.resident)
}
export const useDictionaries = () => list('dictionaries', api.dictionaries, staff())
/** Every category with its conditions. */
export const useCategories = () => list('categories', api.categories, staff())
export const useFlows = () => list('flows', api.flows, staff())
/** The categories that a resident may name. */
export function useOpenCategories() {
  const isStaff = staff()
  return list('open-categories', resident.categories, () => !isStaff())
}

/** The units where this person works: the own one, or those of the own grid. */
export function useOwnUnits() {
  const session = useSession()
  return list<{ id: string; name: string }[]>('own-units', async () => {
    const found = new Map<string, { id: string; name: string }>()
    for (const post of session.me?.posts ?? []) {
      const area = post.area
      if (area?.level === 'unit') found.set(area.id, { id: area.id, name: short(area.full_name) })
      if (area?.level === 'grid') {
        const below: Area[] = await api.children(area.id)
        for (const one of below) if (one.level === 'unit') found.set(one.id, { id: one.id, name: `${area.name} / ${one.name}` })
      }
    }
    return [...found.values()]
  }, staff())
}
/** The last two names of a place: "坂头安置房小区网格 / 10号楼". */
export const short = (name: string) => name.split(' / ').slice(-2).join(' / ')
