import { describe, expect, it } from 'vitest'
import { hand, take } from '@shared/resident'
import { elsewhere, ownPage, router } from '../src/router'

const resident = { hold: null, resident: true }
const staff = { hold: null, resident: false }
const to = (path: string) => router.resolve(path)

describe('faces', () => {
  it('a resident never lands in the console, and is told why where they asked for it', () => {
    expect(elsewhere(to('/home'), resident)).toEqual({ path: '/my', query: {} })
    for (const path of ['/queue', '/matters/1', '/audit', '/looks', '/security']) {
      expect(elsewhere(to(path), resident)).toEqual({ path: '/my', query: { from: 'staff' } })
    }
    for (const path of ['/my', '/my/report', '/my/reports/1', '/my/looks', '/my/account']) {
      expect(elsewhere(to(path), resident)).toBeUndefined()
    }
  })
  it('the staff stay in the console', () => {
    expect(elsewhere(to('/my'), staff)).toBe('/home')
    expect(elsewhere(to('/queue'), staff)).toBeUndefined()
  })
  it('a password that is due comes first, on the own face', () => {
    expect(elsewhere(to('/my'), { ...resident, hold: 'password_due' })).toBe('/my/account')
    expect(elsewhere(to('/my/account'), { ...resident, hold: 'password_due' })).toBeUndefined()
    expect(elsewhere(to('/queue'), { ...staff, hold: 'password_due' })).toBe('/security')
  })
  it('the report page asks nobody to sign in', () => {
    expect(to('/report').meta.open).toBe(true)
  })
  it('the posts that are offered are shown to everybody, and to a resident who is signed in among their own pages', () => {
    const offered = to('/vacancies')
    expect(offered.meta.open).toBe(true)
    expect(ownPage(offered, resident)).toBe('/my/openings')
    expect(ownPage(offered, null)).toBeUndefined()
    expect(ownPage(offered, staff)).toBeUndefined()
    expect(ownPage(offered, { ...resident, hold: 'password_due' })).toBeUndefined()
    expect(ownPage(to('/report'), resident)).toBeUndefined()
  })
  it('a receipt is handed on once and then forgotten', () => {
    hand('350302003-260311-0001', 'ABCDEFGH')
    expect(take()).toEqual({ no: '350302003-260311-0001', code: 'ABCDEFGH' })
    expect(take()).toBeNull()
  })
})
