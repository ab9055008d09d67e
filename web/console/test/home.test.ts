import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Home, HomePost } from '@shared/types'
import { WAYS } from '../src/jobs'
import HomePage from '../src/pages/Home.vue'
import { readState } from '../src/queue'

const post = (change: Partial<HomePost>): HomePost => ({
  post: '1', role: 'unit_head', role_word: '单元长', title: '1号楼单元长', purpose: '信息采集、日常访查、宣传引导', area: '6',
  watch: { waiting: 2, due_today: 1, overdue: 1, came_back: 0, supervised: 0 }, jobs: [], duty: [], ...change,
})
const job = (code: keyof typeof WAYS, change = {}) => ({ code, name: `名${code}`, help: '说明', waiting: null, late: 0, done: null, ...change })

let home: Home
async function open() {
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', vi.fn(async () => Response.json(home)))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<i />' } }] })
  const wrapper = mount(HomePage, { global: { plugins: [router, [VueQueryPlugin, { queryClient: new QueryClient() }]] } })
  await flushPromises()
  return wrapper
}
beforeEach(() => { home = { day: '2026-11-22', day_ends: 1, as_of: 1, unread: 0, handovers: 0, posts: [], more: false } })
afterEach(() => vi.unstubAllGlobals())

describe('the home page', () => {
  it('offers exactly the jobs of the post, each with a way and its count in words', async () => {
    home.posts = [post({ jobs: [job('report'), job('prehandle', { waiting: 2, late: 1 }), job('visit', { done: 3 }), job('notices', { waiting: 0 })] })]
    const wrapper = await open()
    const links = wrapper.findAll('.jobs a')
    expect(links.map((link) => link.get('.name').text())).toEqual(['名report', '名prehandle', '名visit', '名notices'])
    expect(links.map((link) => link.attributes('href'))).toEqual(['/register', '/queue?job=prehandle', '/visits?add=1', '/notices'])
    expect(links[1]!.text()).toContain('2 件')
    expect(links[1]!.text()).toContain('超期 1')
    expect(links[2]!.text()).toContain('本月已记 3 次')
    expect(links[3]!.text()).toContain('没有')
  })
  it('leads each watched figure to the list that holds it', async () => {
    home.posts = [post({})]
    const wrapper = await open()
    const ways = wrapper.findAll('.watch a').map((link) => link.attributes('href'))
    expect(ways).toEqual(['/queue', '/queue?f=today', '/queue?f=overdue', '/queue?f=back', '/queue?f=supervised'])
  })
  it('shows administrators their pages and no business figures', async () => {
    home.posts = [post({ role: 'audit_admin', watch: null, jobs: [job('audit')] })]
    const wrapper = await open()
    expect(wrapper.find('.watch').exists()).toBe(false)
    expect(wrapper.find('.duty').exists()).toBe(false)
    expect(wrapper.findAll('.jobs a')).toHaveLength(1)
  })
  it('demands no attendance of a unit head and says that somebody else may enter', async () => {
    home.posts = [post({})]
    expect((await open()).text()).toContain('网格员可以代您登记。不用打卡')
  })
  it('tells who holds no post what to do', async () => {
    expect((await open()).text()).toContain('请联系上级任命岗位')
  })
})

describe('the ways of the jobs', () => {
  it('lead into the queue only by filters that the queue knows', () => {
    for (const [code, way] of Object.entries(WAYS)) {
      const to = way({ area: '6' })
      if (typeof to === 'string' || !('path' in to) || to.path !== '/queue') continue
      const query = to.query as Record<string, string>
      const state = readState(query)
      for (const name of Object.keys(query)) expect(name === 'f' ? state.filter : Boolean(state[name as 'job']), `${code} ${name}`).toBeTruthy()
      expect(state.filter, code).toBe(query.f ?? 'todo')
    }
  })
})
