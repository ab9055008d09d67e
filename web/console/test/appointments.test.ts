import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Departure } from '@shared/appointment'
import { candidateFaults, HEAD_OF, openWords, removalFaults, standing } from '../src/appointments'
import HandoverSheet from '../src/pages/HandoverSheet.vue'

const by = { account: '7', name: '陈春山', title: '1号楼单元长' }
const confirmed = { by, at: 1, note: '钥匙已交' }
const sheet = (change: Partial<Departure> = {}): Departure => ({
  post: '61', who: by, role_word: '单元长', place: '霞林街道坂头社区1号楼', from: '2026-01-01', to: '2026-03-11', reason: 'moved', reason_word: '工作调动', words: '', at: 1,
  open: [{ kind: 'matters', word: '在办事件', count: 2, matters: [{ id: '9', no: '霞林2026-0001' }] }], may_give: false, may_take: false, ...change,
})

describe('a candidate', () => {
  it('is whole with login, role, source and reason, and leaves after coming', () => {
    const empty = { login: ' ', role: '', source: '', from: '2026-03-11', to: '2026-03-11', reason: '' }
    expect(Object.keys(candidateFaults(empty))).toEqual(['login', 'role', 'source', 'to', 'reason'])
    expect(candidateFaults({ ...empty, login: 'a', role: 'unit_head', source: 'party_member', to: '', reason: '热心' })).toEqual({})
  })
  it('is first wanted as the one who answers for the desk', () => {
    expect([HEAD_OF.unit, HEAD_OF.community]).toEqual(['unit_head', 'community_leader'])
  })
})

describe('a removal', () => {
  it('asks for day and reason, and for words where the reason is hard', () => {
    expect(Object.keys(removalFaults({ to: '', reason: '', words: '' }))).toEqual(['to', 'reason'])
    expect(Object.keys(removalFaults({ to: '2026-03-11', reason: 'neglect', words: ' ' }))).toEqual(['words'])
    expect(removalFaults({ to: '2026-03-11', reason: 'moved', words: '' })).toEqual({})
  })
})

describe('a hand-over sheet', () => {
  async function open(answer: Departure) {
    setActivePinia(createPinia())
    const fetch = vi.fn(async (_path: string, _init?: RequestInit) => Response.json(answer))
    vi.stubGlobal('fetch', fetch)
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/departures/:post', component: HandoverSheet }, { path: '/:rest(.*)*', component: { template: '<i />' } }] })
    await router.push('/departures/61')
    const wrapper = mount(HandoverSheet, { global: { plugins: [router, [VueQueryPlugin, { queryClient: new QueryClient() }]], stubs: { 'el-button': { template: '<button><slot /></button>' }, 'el-input': true } } })
    await flushPromises()
    return { wrapper, fetch }
  }
  afterEach(() => vi.unstubAllGlobals())

  it('stands first with who leaves, then with who follows', () => {
    expect(standing(sheet())).toBe('ungiven')
    expect(standing(sheet({ given: confirmed }))).toBe('untaken')
    expect(standing(sheet({ given: confirmed, taken: confirmed }))).toBe('done')
    expect(openWords(sheet())).toBe('在办事件 2')
    expect(openWords(sheet({ open: [] }))).toBe('没有未完事项')
  })
  it('links the matters by number and offers nothing to who may not confirm', async () => {
    const { wrapper } = await open(sheet({ given: confirmed }))
    expect(wrapper.get('.open a').attributes('href')).toBe('/matters/9')
    expect(wrapper.get('.sides').text()).toContain('钥匙已交')
    expect(wrapper.get('.sides').text()).toContain('尚未确认')
    expect(wrapper.find('.confirm').exists()).toBe(false)
  })
  it('lets the next holder take it over', async () => {
    const { wrapper, fetch } = await open(sheet({ given: confirmed, may_take: true }))
    await wrapper.get('.confirm button').trigger('click')
    await flushPromises()
    expect(fetch.mock.calls.some(([path, init]) => path.endsWith('/posts/61/departure/take') && init?.method === 'POST')).toBe(true)
  })
})
