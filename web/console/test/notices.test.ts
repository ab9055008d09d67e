import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rolesBelow } from '@shared/notice-roles'
import NoticeProgress from '../src/components/NoticeProgress.vue'
import NoticeTags from '../src/components/NoticeTags.vue'

const figures = (sent: number, read: number) => ({ sent, gone: 0, joined: 0, read, unread: sent - read, done: 0 })
const asked: string[] = []
beforeEach(() => {
  asked.length = 0
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', vi.fn(async (url: string) => {
    asked.push(url)
    const area = new URL(url, 'http://x').searchParams.get('area')
    const body = url.includes('/progress')
      ? { area, trail: [{ id: '2', level: 'county', name: '城厢区' }, ...(area === '3' ? [{ id: '3', level: 'town', name: '霞林街道' }] : [])], total: figures(5, 2), own: figures(0, 0), children: area === '2' ? [{ id: '3', name: '霞林街道', level: 'town', level_word: '镇街', figures: figures(5, 2) }] : [] }
      : { rows: [{ post: '61', area: '6', area_name: '霞林街道 / 1号楼', title: '1号楼单元长', standing: 'unread', standing_word: '未读', files: [] }], next: null }
    return new Response(JSON.stringify(body), { status: 200, headers: { 'content-type': 'application/json' } })
  }))
})

describe('how a notice goes', () => {
  it('drills down to the areas and desks that have not read it', async () => {
    const wrapper = mount(NoticeProgress, {
      props: { id: '9', top: '2', owes: false, tick: 0 },
      global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }]] },
    })
    await flushPromises()
    expect(wrapper.text()).toContain('1号楼单元长')
    await wrapper.findAll('button.link').find((one) => one.text() === '霞林街道')!.trigger('click')
    await flushPromises()
    expect(asked.some((url) => url.includes('/progress?area=3'))).toBe(true)
    expect(asked.some((url) => url.includes('/recipients?area=3&standing=unread'))).toBe(true)
    expect(wrapper.find('[aria-current=page]').text()).toBe('霞林街道')
  })
})

describe('the tags of a notice', () => {
  it('say nothing but the withdrawal once it is withdrawn', () => {
    const text = (row: object) => mount(NoticeTags, { props: { row: { withdrawn: false, version: 1, late: false, ...row } } }).text()
    expect(text({ withdrawn: true, urged: 5, late: true, version: 2 })).toBe('已撤回')
    expect(text({ urged: 5, late: true, version: 2 })).toBe('催办已过截止时间有更正')
    expect(text({})).toBe('')
  })
})

describe('the roles one may address', () => {
  it('lie below the own level', () => {
    expect(rolesBelow('town').map((one) => one.level)).toEqual(['community', 'grid', 'unit'])
    expect(rolesBelow('unit')).toEqual([])
    expect(rolesBelow('city')[0]!.level).toBe('county')
  })
})
