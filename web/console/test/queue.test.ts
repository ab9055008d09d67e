import { describe, expect, it } from 'vitest'
import { cleared, countOf, FILTERS, isFiltered, newcomers, readState, serverQuery, writeState } from '../src/queue'
import { readPeriod, writePeriod } from '../src/period'
import { idempotency } from '../src/idempotency'
import type { MatterRow } from '@shared/types'

const now = Date.parse('2026-11-22T20:48:00+08:00')
const midnight = Date.parse('2026-11-23T00:00:00+08:00')
const row = (change: Partial<MatterRow>) => ({ id: '1', supervised: false, ...change }) as MatterRow

describe('the queue in the URL', () => {
  it('comes back as it was saved', () => {
    const state = { ...readState({}), filter: 'area', q: '路灯', state: 'at_town', class: '05', open: true, area: '35', phases: 'called,handling', watched: true } as const
    expect(readState(writeState(state))).toEqual(state)
  })
  it('is empty for the default and survives nonsense', () => {
    expect(writeState(readState({}))).toEqual({})
    expect(readState({ f: 'drop table', open: ['1'] })).toMatchObject({ filter: 'todo', open: false })
  })
  it('asks the server for the list of the tab', () => {
    const asks = (query: Record<string, string>) => serverQuery(readState(query), now)
    expect(asks({ f: 'overdue' })).toMatchObject({ view: 'queue', due_before: now })
    expect(asks({ f: 'today' })).toMatchObject({ view: 'queue', due_after: now, due_before: midnight })
    expect(asks({ f: 'back' })).toMatchObject({ view: 'queue', came_back: true })
    expect(asks({ f: 'supervised' })).toMatchObject({ view: 'queue', supervised: true })
    expect(asks({ f: 'asked' })).toMatchObject({ view: 'asked' })
    expect(asks({ f: 'mine' })).toMatchObject({ view: 'mine' })
    expect(asks({ f: 'area', area: '9', watched: '1' })).toMatchObject({ view: 'area', area: '9', supervised: true })
    expect(asks({ area: '9' }).area).toBeUndefined()
    expect(asks({ job: 'judge' })).toMatchObject({ view: 'queue', job: 'judge' })
    expect(asks({ f: 'area', job: 'judge' }).job).toBeUndefined()
  })
  it('knows whether anything narrows the list beside the tab', () => {
    expect(isFiltered(cleared('today'))).toBe(false)
    expect(isFiltered(readState({ f: 'today', job: 'judge' }))).toBe(true)
  })
})

describe('the counts of the tabs', () => {
  const counts = { todo: 3, today: 1, overdue: 0, supervised: 1, came_back: 2, asked: 4, more: false }
  it('are those of the server, and none where it counts none', () => {
    expect(FILTERS.map((one) => countOf(one, counts))).toEqual(['3', '1', '0', '2', '1', '4', undefined, undefined])
    expect(countOf('todo', undefined)).toBeUndefined()
  })
  it('say that they go on where the server stopped counting', () => {
    expect(countOf('todo', { ...counts, todo: 2000, more: true })).toBe('2000+')
  })
})

describe('what is new in the list', () => {
  it('is what came since it was read, not what moved up from a later page', () => {
    const shown = [row({ id: '1', arrived_at: now - 60_000 })]
    const fresh = [row({ id: '1', arrived_at: now + 9_000 }), row({ id: '2', arrived_at: now + 9_000 }), row({ id: '3', arrived_at: now - 3_600_000 })]
    expect(newcomers(fresh, shown, now)).toBe(1)
  })
})

describe('the period of a board', () => {
  it('moves with the day', () => {
    expect(readPeriod({}, now)).toEqual({ name: 'month', from: '2026-11-01', to: '2026-11-22' })
    expect(readPeriod({ period: 'week' }, now)).toEqual({ name: 'week', from: '2026-11-16', to: '2026-11-22' })
    expect(readPeriod({ period: 'year' }, now).from).toBe('2026-01-01')
  })
  it('keeps chosen days and refuses impossible ones', () => {
    const custom = { period: 'custom', from: '2026-03-01', to: '2026-03-31' }
    expect(writePeriod(readPeriod(custom, now))).toEqual(custom)
    expect(readPeriod({ ...custom, to: '2026-02-01' }, now).name).toBe('month')
  })
})

describe('the idempotency key of a form', () => {
  it('stays for the same content and changes with it', () => {
    const keyOf = idempotency()
    const first = keyOf({ opinion: '甲' })
    expect(keyOf({ opinion: '甲' })).toBe(first)
    expect(keyOf({ opinion: '乙' })).not.toBe(first)
    expect(idempotency()({ opinion: '甲' })).not.toBe(first)
  })
})
