import { describe, expect, it } from 'vitest'
import { deadlineWords, dueMoment } from '../src/deadline'
import { addDays, dayOf, mondayOf, span, startOfDay } from '../src/time'

/** An instant by its Chinese civil time. */
const at = (text: string) => Date.parse(`${text.replace(' ', 'T')}:00+08:00`)
const now = at('2026-11-22 20:48')

describe('deadline words', () => {
  it('say midnight as 24:00 of the day that ends', () => {
    expect(deadlineWords(at('2026-11-23 00:00'), 'same_day', now)).toEqual({
      urgency: 'today',
      by: '今日 24:00 前研判',
      left: '还剩 3 小时 12 分',
    })
  })
  it('turn urgent two hours before the end', () => {
    const due = at('2026-11-23 00:00')
    expect(deadlineWords(due, 'same_day', due - 2 * 3_600_000 - 1).urgency).toBe('today')
    expect(deadlineWords(due, 'same_day', due - 2 * 3_600_000).urgency).toBe('soon')
  })
  it('say how late it is from the very moment on', () => {
    const due = at('2026-11-22 18:00')
    expect(deadlineWords(due, 'sign_in', now)).toEqual({ urgency: 'late', by: '今日 18:00 前签收', left: '已超 2 小时 48 分' })
    expect(deadlineWords(due, 'sign_in', due).urgency).toBe('late')
  })
  it('are calm for another day and name it', () => {
    const words = deadlineWords(at('2026-11-27 18:00'), 'handle', now)
    expect(words).toEqual({ urgency: 'calm', by: '11月27日 18:00 前办结', left: '还剩 4 天 21 小时' })
  })
  it('say that a paused clock stands, whatever its date', () => {
    expect(deadlineWords(at('2026-11-20 18:00'), 'handle', now, true)).toMatchObject({ urgency: 'paused', left: '计时暂停' })
  })
  it('say that there is no deadline', () => {
    expect(deadlineWords(null, null, now)).toEqual({ urgency: 'none', by: '没有时限', left: '' })
  })
  it('speak of an unknown kind without showing its code', () => {
    expect(deadlineWords(at('2026-11-22 22:00'), 'something_new', now).by).toBe('今日 22:00 前处理')
  })
  it('write the year only when it is another one', () => {
    expect(dueMoment(at('2027-01-04 12:00'), now)).toBe('2027年1月4日 12:00')
  })
})

describe('civil time', () => {
  it('has the day of China and not that of the machine', () => {
    expect(dayOf(Date.parse('2026-11-22T16:00:00Z'))).toBe('2026-11-23')
    expect(dayOf(Date.parse('2026-11-22T15:59:59Z'))).toBe('2026-11-22')
    expect(startOfDay('2026-11-23')).toBe(Date.parse('2026-11-22T16:00:00Z'))
  })
  it('crosses months and begins weeks on Monday', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(mondayOf('2026-11-22')).toBe('2026-11-16')
    expect(mondayOf('2026-11-23')).toBe('2026-11-23')
  })
  it('writes a span with two units at most', () => {
    expect([span(45_000), span(61_000), span(3_600_000), span(90_061_000)]).toEqual(['45 秒', '1 分', '1 小时', '1 天 1 小时'])
  })
})
