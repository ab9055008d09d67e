import type { Flow, FlowState } from '@shared/types'

/** What the diagram of a flow draws: columns of states, and the ways between them. */
export const LADDER = '#ladder'
const LEVELS = ['city', 'county', 'town', 'community', 'grid', 'unit']
const WORK = ['work', 'called', 'handling', 'review', 'check', 'suspended']

/** The judging levels (city on top), the work, the ends. */
export function columnsOf(flow: Flow): FlowState[][] {
  const ladder = flow.states
    .filter((state) => state.phase === 'triage')
    .sort((a, b) => LEVELS.indexOf(a.level ?? '') - LEVELS.indexOf(b.level ?? ''))
  const work = flow.states
    .filter((state) => WORK.includes(state.phase))
    .sort((a, b) => WORK.indexOf(a.phase) - WORK.indexOf(b.phase))
  return [ladder, work, flow.states.filter((state) => state.phase !== 'triage' && !WORK.includes(state.phase))]
}

export interface Edge {
  from: string
  to: string
  /** The actions that lead this way. */
  names: string[]
}

/**
 * The ways between the states, each once. The judging levels count as one place: what one of them may
 * do, nearly all may, and thirty lines would say less than one.
 */
export function edgesOf(flow: Flow): Edge[] {
  const judging = new Set(flow.states.filter((state) => state.phase === 'triage').map((state) => state.code))
  const place = (code: string) => (judging.has(code) ? LADDER : code)
  const edges = new Map<string, Edge>()
  const add = (from: string, to: string, name: string) => {
    if (from === to) return
    const edge = edges.get(`${from} ${to}`) ?? { from, to, names: [] }
    if (!edge.names.includes(name)) edge.names.push(name)
    edges.set(`${from} ${to}`, edge)
  }
  for (const action of flow.actions)
    for (const [from, targets] of Object.entries(action.targets)) for (const to of targets) add(place(from), place(to), action.name)
  for (const state of flow.states) for (const to of state.overdue_targets) add(place(state.code), place(to), '到期')
  return [...edges.values()]
}
