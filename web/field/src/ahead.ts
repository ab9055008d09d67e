/**
 * What is read beforehand, so that the tasks of a list can be handled where there is no network: each
 * matter, and the organisations that its actions choose from.
 */
import { api } from '@shared/api'
import { callsFrom } from '@shared/call'
import type { Id, MatterRow, MatterView, Me } from '@shared/types'
import { keepView, keptView } from './kept'

/** Matters that are read beforehand. */
const AHEAD = 20

/** Under which name the organisations are kept that an area may call for a category. */
export const orgsKey = (area: Id | null, category?: string | null) => `callable ${area ?? ''} ${category ?? ''}`

/** Whether an action of a matter chooses organisations. */
const choosesOrgs = (matter: MatterView) => matter.actions.some((one) => one.needs.some((need) => need === 'tasks' || need === 'co'))

/** Reads the first matters of a list that are not kept as they are now; ends quietly where the network does. */
export async function readAhead(me: Me, home: Id | null, rows: MatterRow[]): Promise<void> {
  for (const row of rows.slice(0, AHEAD)) {
    try {
      const kept = await keptView<MatterView>(me.account, `matter ${row.id}`)
      let matter = kept?.value
      if (matter?.version !== row.version) {
        matter = await api.matter(row.id)
        await keepView(me.account, `matter ${row.id}`, matter)
      }
      const area = choosesOrgs(matter) ? callsFrom(me, matter, home) : null
      if (area && !(await keptView(me.account, orgsKey(area, matter.category)))) {
        await keepView(me.account, orgsKey(area, matter.category), await api.callable(area, matter.category))
      }
    } catch {
      return
    }
  }
}
