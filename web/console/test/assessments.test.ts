import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { decimal, share } from '@shared/assessment'
import type { Assessment, AssessmentResult } from '@shared/assessment'
import { openingFaults, watchChips } from '../src/assessments'
import AssessmentResultCard from '../src/components/AssessmentResultCard.vue'
import AssessmentSheet from '../src/pages/AssessmentSheet.vue'

const by = { account: '21', name: '翁美华', title: '城厢区治理中心工作人员' }
const watch = { closed: 5, concerned: 2, unheard: 2, redone: 0, split: 0, merged: 0, voided: 0, drawn: 5, checked: 5, failed: 1 }
const result = (change: Partial<AssessmentResult> = {}): AssessmentResult => ({
  no: 1, kind: 'post', name: '1号楼单元长', holder: { account: '61', name: '陈春山', title: '1号楼单元长' }, from: '2026-03-01', to: '2026-03-15', own: true, total: 9083, watch, marks: [],
  scores: [{ indicator: 'closing', numerator: 5, denominator: 6, computed: 351, points: 2000, how: 'corrected', how_word: '申诉后更正' }],
  appeals: [{ no: 1, indicator: 'closing', words: '不应计入', done: { by, at: 1 }, ruling: { points: 2000, words: '属实', done: { by, at: 2 } } }], ...change,
})
const assessment = (change: Partial<Assessment> = {}): Assessment => ({
  id: '9', name: '三月', area: '2', place: '城厢区', from: '2026-03-01', to: '2026-03-15', state: 'published', state_word: '公示中', opened: { by, at: 1 }, published: { by, at: 1 }, results: 1, undecided: 0, drawn: 5, checked: 5, runs: false,
  may_calculate: false, may_mark: false, may_appeal: true, may_rule: false, may_review: false,
  scheme: { code: 'unit_head', version: 1, name: '单元长', text: '', source: '', kind: 'post', kind_word: '岗位', level: 'unit', level_word: '单元', role_words: [], sample: 2, appeal_days: 7,
    indicators: [{ code: 'closing', name: '办结率', basis: 'kpi', version: 1, points: 2000, full: 9900, zero: 8000, min: 5, text: '办结 ÷ 上报' }] },
  ...change,
})

async function open(component: unknown, props: Record<string, unknown>, answer: unknown, path = '/') {
  setActivePinia(createPinia())
  const fetch = vi.fn(async (_path: string, _init?: RequestInit) => Response.json(answer))
  vi.stubGlobal('fetch', fetch)
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/assessments/:id/sheet/:no', component: AssessmentSheet }, { path: '/:rest(.*)*', component: { template: '<i />' } }] })
  await router.push(path)
  const stubs = { 'el-button': { template: '<button><slot /></button>' }, 'el-input': { props: ['modelValue'], emits: ['update:modelValue'], template: '<input :value="modelValue" @input="$emit(\'update:modelValue\', $event.target.value)">' }, 'el-dialog': { props: ['modelValue', 'title'], template: '<div v-if="modelValue" role="dialog">{{ title }}<slot /></div>' }, 'el-select': true, 'el-option': true, 'el-input-number': true, 'el-radio-group': true, 'el-radio': true }
  const wrapper = mount(component as never, { props: props as never, global: { plugins: [router, [VueQueryPlugin, { queryClient: new QueryClient() }]], stubs } })
  await flushPromises()
  return { wrapper, fetch }
}

describe('assessment', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('reads whole hundredths and shares', () => {
    expect([decimal(351), decimal(2000)]).toEqual(['3.51', '20'])
    expect([share({ numerator: 5, denominator: 6 }), share({ numerator: 0, denominator: 0 })]).toEqual(['83.33%', '—'])
  })
  it('is set up with area, scheme, name and two days in order', () => {
    expect(Object.keys(openingFaults({ area: '', scheme: '', name: ' ', from: '', to: '' }))).toEqual(['area', 'scheme', 'name', 'from', 'to'])
    expect(openingFaults({ area: '2', scheme: 'c', name: 'n', from: '2026-03-02', to: '2026-03-01' })).toHaveProperty('to')
  })
  it('shows what speaks against the points', () => {
    expect(watchChips(result())).toEqual(['未联系 2/2', '不属实 1/5'])
    expect(watchChips(result({ watch: { ...watch, unheard: 0, failed: 0 } }))).toEqual([])
  })
  it('keeps the computed points beside the corrected ones and leads to the matters behind a figure', async () => {
    const { wrapper, fetch } = await open(AssessmentResultCard, { assessment: assessment(), result: result() }, { rows: [{ id: '7', no: 'A-1', title: '堆物', reported_at: 1, times: 1 }], hidden: 2 })
    const cells = wrapper.findAll('tbody td').map((cell) => cell.text())
    expect(cells.slice(2, 6)).toEqual(['83.33%', '3.51', '20', '申诉后更正'])
    await wrapper.findAll('tbody button')[1]!.trigger('click')
    await flushPromises()
    expect(String(fetch.mock.calls[0]?.[0])).toContain('/assessments/9/results/1/matters?indicator=closing&side=below')
    expect(wrapper.get('[role=dialog]').text()).toContain('本页另有 2 件您无权查看')
  })
  it('lets only the assessed appeal', async () => {
    const own = await open(AssessmentResultCard, { assessment: assessment(), result: result() }, {})
    expect(own.wrapper.get('.acts').text()).toContain('申诉')
    const other = await open(AssessmentResultCard, { assessment: assessment({ runs: true, may_rule: true }), result: result({ own: false }) }, {})
    expect(other.wrapper.get('.acts').text()).not.toContain('申诉')
  })
  it('goes on paper with a purpose only, and says who took it', async () => {
    const { wrapper, fetch } = await open(AssessmentSheet, {}, { assessment: assessment(), result: result(), by, at: 1, purpose: '年度评优' }, '/assessments/9/sheet/1')
    await wrapper.get('form').trigger('submit')
    expect(fetch).not.toHaveBeenCalled()
    await wrapper.get('input').setValue('年度评优')
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect(wrapper.get('.sheet').text()).toContain('用途：年度评优')
    expect(wrapper.get('.sheet').text()).toContain('更正为 20 分')
  })
})
