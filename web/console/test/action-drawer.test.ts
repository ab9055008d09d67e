import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Available, MatterView } from '@shared/types'
import ActionDrawer from '../src/components/ActionDrawer.vue'
import { useSession } from '../src/stores/session'

const settle: Available = { action: 'settle', name: '办结', help: '写明结果。', needs: ['opinion', 'reply', 'result'], slots: [] }
const matter = {
  id: '7', no: 'N-1', title: '路灯不亮', version: 3, category_word: '路灯', category: '0501', trail: [], tasks: [], actions: [settle],
} as unknown as MatterView

type Call = [url: string, init: RequestInit]
let answers: { status: number; body: unknown }[]
const acts = () => (fetch as unknown as { mock: { calls: Call[] } }).mock.calls.filter(([url]) => url.includes('/actions/'))

let wrapper: VueWrapper
/** The drawer is teleported to the body. */
const text = () => document.body.textContent ?? ''
async function open() {
  setActivePinia(createPinia())
  useSession().me = { account: '1', name: '甲', login: 'a', posts: [], verbs: [], missing: [], home: null, demo: true, resident: false, unread: 0, now: 0 }
  wrapper = mount(ActionDrawer, {
    attachTo: document.body,
    props: { matter, available: null as Available | null },
    global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }]] },
  })
  await wrapper.setProps({ available: settle })
  await flushPromises()
}
async function fill() {
  const write = (id: string, value: string) => {
    const area = document.querySelector<HTMLTextAreaElement>(`#${id}`)!
    area.value = value
    area.dispatchEvent(new Event('input'))
  }
  write('act-opinion-in', '已修好')
  write('act-reply-in', '路灯已修好。')
  document.querySelector<HTMLInputElement>('#act-finding input')!.click()
  await flushPromises()
}
async function send() {
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

beforeEach(() => {
  answers = []
  vi.stubGlobal('fetch', vi.fn(async (url: string) => {
    if (url.endsWith('/phrases')) return Response.json([])
    if (!url.includes('/actions/')) return Response.json({ findings: [{ code: 'solved', word: '已解决' }] })
    const next = answers.shift()
    if (!next) throw new TypeError('no connection')
    return new Response(JSON.stringify(next.body), { status: next.status, headers: { 'content-type': 'application/json' } })
  }))
})
afterEach(() => {
  wrapper.unmount()
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

describe('the form of an action', () => {
  it('sends nothing while something required is missing and names each field', async () => {
    await open()
    await send()
    expect(acts()).toHaveLength(0)
    expect(text()).toContain('有 3 处需要改正')
    expect(document.querySelector('#act-reply')!.textContent).toContain('请填写给群众的答复。')
  })

  it('shows the citizen\'s view of the reply while it is written', async () => {
    await open()
    await fill()
    expect(document.querySelector('.preview')!.textContent).toContain('路灯已修好。')
  })

  it('keeps its key when the connection broke, so that the server does it once', async () => {
    await open()
    await fill()
    await send()
    expect(text()).toContain('连接不上服务器')
    answers.push({ status: 200, body: { ...matter, version: 4 } })
    await send()
    const [first, second] = acts().map(([, init]) => new Headers(init.headers))
    expect(first!.get('Idempotency-Key')).toBe(second!.get('Idempotency-Key'))
    expect(second!.get('If-Match')).toBe('"v3"')
    expect(wrapper.emitted('done')).toHaveLength(1)
  })

  it('keeps what was written when somebody else was faster', async () => {
    await open()
    await fill()
    answers.push({ status: 412, body: { status: 412, code: 'stale', detail: '' } })
    await send()
    expect(text()).toContain('别人刚刚处理过，请看最新情况。')
    expect(document.querySelector<HTMLTextAreaElement>('#act-opinion-in')!.value).toBe('已修好')
    expect(wrapper.emitted('done')).toBeUndefined()
  })

  it('shows the server\'s problems at their fields', async () => {
    await open()
    await fill()
    answers.push({ status: 422, body: { status: 422, code: 'invalid', problems: [{ field: 'reply', code: 'phone', message: '答复里不能写手机号。' }] } })
    await send()
    expect(document.querySelector('#act-reply .fault')!.textContent).toBe('答复里不能写手机号。')
  })
})
