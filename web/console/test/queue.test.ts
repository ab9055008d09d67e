import { describe, expect, it } from 'vitest'
import { countsOf, dueToday, mayHoldMore, newcomers, pick, readState, serverQuery, writeState } from '../src/queue'
import { readPeriod, writePeriod } from '../src/period'
import { idempotency } from '../src/idempotency'
import type { MatterRow } from '@shared/types'

const now = Date.parse('2026-11-22T20:48:00+08:00')
const midnight = Date.parse('2026-11-23T00:00:00+08:00')
const row = (change: Partial<MatterRow>) => ({ id: '1', supervised: false, ...change }) as MatterRow

describe('the queue in the URL', () => {
  it('comes back as it was saved', () => {
    const state = { filter: 'area', q: '路灯', state: 'at_town', class: '05', open: true, area: '35' } as const
    expect(readState(writeState(state))).toEqual(state)
  })
  it('is empty for the default and survives nonsense', () => {
    expect(writeState(readState({}))).toEqual({})
    expect(readState({ f: 'drop table', open: ['1'] })).toMatchObject({ filter: 'todo', open: false })
  })
  it('asks the server for the list of the filter', () => {
    expect(serverQuery(readState({ f: 'overdue' }))).toMatchObject({ view: 'queue', overdue: true })
    expect(serverQuery(readState({ f: 'supervised' }))).toMatchObject({ view: 'queue', supervised: true })
    expect(serverQuery(readState({ f: 'mine' }))).toMatchObject({ view: 'mine' })
    expect(serverQuery(readState({ f: 'area', area: '9' }))).toMatchObject({ view: 'area', area: '9' })
    expect(serverQuery(readState({ area: '9' })).area).toBeUndefined()
  })
})

describe('what is due today', () => {
  it('ends with midnight and leaves out what is late', () => {
    expect(dueToday(row({ due_at: midnight }), now)).toBe(true)
    expect(dueToday(row({ due_at: midnight + 1 }), now)).toBe(false)
    expect(dueToday(row({ due_at: now - 1 }), now)).toBe(false)
    expect(dueToday(row({ due_at: null }), now)).toBe(false)
  })
  it('is looked for on further pages only while they may hold it', () => {
    expect(mayHoldMore('today', [row({ due_at: midnight })], 'next', now)).toBe(true)
    expect(mayHoldMore('today', [row({ due_at: midnight + 1 })], 'next', now)).toBe(false)
    expect(mayHoldMore('todo', [row({ due_at: midnight + 1 })], 'next', now)).toBe(true)
    expect(mayHoldMore('todo', [row({})], null, now)).toBe(false)
  })
  it('is picked from what was loaded', () => {
    expect(pick('today', [row({ id: '1', due_at: now + 1 }), row({ id: '2', due_at: midnight + 1 })], now).map((one) => one.id)).toEqual(['1'])
  })
})

describe('the counts of the quick filters', () => {
  const rows = [row({ due_at: now - 1, overdue: true }), row({ due_at: midnight, overdue: false, supervised: true }), row({ due_at: midnight + 1, overdue: false })]
  it('are exact when the page holds everything', () => {
    expect(countsOf(rows, null, now)).toEqual({ todo: '3', today: '1', overdue: '1', supervised: '1' })
  })
  it('say that they go on, except where the order proves that they do not', () => {
    expect(countsOf(rows, 'next', now)).toEqual({ todo: '3+', today: '1', overdue: '1', supervised: '1+' })
    expect(countsOf(rows.slice(0, 1), 'next', now)).toMatchObject({ overdue: '1+', today: '0+' })
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
