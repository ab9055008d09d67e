import { describe, expect, it } from 'vitest'
import { classBreaks, classOf, count, formula, percent, reached } from '../src/board'
import type { Kpi } from '../src/types'

const kpi = (change: Partial<Kpi>): Kpi => ({ code: 'closing_rate', name: '办结率', value: 94.44444, text: '办结率 = 办结 ÷ 上报。', target: 99, above: '办结', numerator: 51, below: '上报', denominator: 54, version: 2, ...change })

describe('the formula of a rate', () => {
  it('shows the words, both figures, the target and the version', () => {
    expect(formula(kpi({}))).toEqual([
      '办结率 = 办结 ÷ 上报。', '分子：办结 51；分母：上报 54。', '本期：51 ÷ 54 = 94.4%。', '目标 ≥ 99%。', '公式第 2 版，见“规则与指标”。',
    ])
  })
  it('says that nothing can be divided instead of showing a rate', () => {
    expect(formula(kpi({ value: null, numerator: 0, denominator: 0 }))).toContain('本期没有可计算的事项。')
    expect(percent(null)).toBe('—')
  })
  it('says at most for rates that should be low', () => {
    const late = kpi({ code: 'overdue_rate', value: 1.5, target: 2 })
    expect(formula(late)).toContain('目标 ≤ 2%。')
    expect(reached(late)).toBe(true)
    expect(reached({ ...late, value: 2.5 })).toBe(false)
  })
  it('follows the server where it says which way is better', () => {
    expect(reached(kpi({ code: 'local_rate', better: 'lower', value: 10, target: 5 }))).toBe(false)
  })
  it('judges nothing without a figure or a target', () => {
    expect(reached(kpi({ value: null }))).toBeUndefined()
    expect(reached(kpi({ target: null }))).toBeUndefined()
  })
})

describe('figures', () => {
  it('never round to a false hundred or a false nothing', () => {
    expect([percent(99.97), percent(100), percent(0.04), percent(0), percent(99.28)]).toEqual(['99.9%', '100%', '0.1%', '0%', '99.3%'])
  })
  it('are written in 万 from ten thousand on', () => {
    expect([count(9999), count(10_000), count(514_400)]).toEqual(['9999', '1万', '51.44万'])
  })
})

describe('classes of a map', () => {
  it('span from the smallest to the largest value', () => {
    const breaks = classBreaks([0, 50, 100, null])
    expect(breaks).toEqual([0, 20, 40, 60, 80])
    expect([0, 19, 20, 100].map((value) => classOf(value, breaks))).toEqual([0, 0, 1, 4])
  })
  it('give no class to an area without a value', () => {
    expect(classOf(null, [0, 1])).toBe(-1)
    expect(classOf(3, classBreaks([null]))).toBe(-1)
  })
  it('are one class when all values are the same', () => {
    expect(classBreaks([7, 7, 7])).toEqual([7])
  })
})
