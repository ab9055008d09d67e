import { describe, expect, it } from 'vitest'
import type { Me } from '@shared/types'
import { barredFrom } from '../src/barred'
import type { Purpose } from '../src/barred'
import { fit, LONGEST } from '../src/photo'
import { elsewhere } from '../src/router'
import { sentences } from '../src/speak'

describe('the ways of the field app', () => {
  const head = { resident: false, verbs: ['see', 'log_visit'], posts: [{ role: 'unit_head' }] } as unknown as Me
  const clerk = { resident: false, verbs: ['see', 'sign'], posts: [{ role: 'dept_staff' }] } as unknown as Me
  const resident = { resident: true, verbs: [], posts: [] } as unknown as Me
  const keeper = { resident: false, verbs: ['manage_accounts'], posts: [{ role: 'sys_admin' }] } as unknown as Me

  it('leads everybody from the first page to their own work, and who must sign in there', () => {
    const page = (path: string, meta = {}) => ({ path, meta })
    expect(elsewhere(page('/tasks'), null)).toBe('/sign-in')
    expect(elsewhere(page('/report', { open: true }), null)).toBeUndefined()
    expect([head, resident, keeper].map((me) => elsewhere(page('/', { open: true }), me))).toEqual(['/tasks', '/my', '/me'])
    expect(elsewhere(page('/tasks'), resident)).toBeUndefined()
  })

  it('tell whoever has nothing on a page whose it is and where to go, and let the others in', () => {
    const to = (page: { path: string; open?: boolean; purpose?: Purpose }, home: string | null = null) => [head, clerk, resident, keeper].map((me) => barredFrom(page, me, me === head ? '7' : home)?.to)
    expect(to({ path: '/visits', purpose: 'visits' })).toEqual([undefined, '/tasks', '/my', '/me'])
    expect(to({ path: '/errand', purpose: 'errand' })).toEqual([undefined, '/tasks', '/my', '/me'])
    expect(to({ path: '/unit', purpose: 'unit' })).toEqual([undefined, '/tasks', '/my', '/me'])
    expect(to({ path: '/tasks' })).toEqual([undefined, undefined, '/my', '/me'])
    expect(to({ path: '/my', purpose: 'resident' })).toEqual(['/tasks', '/tasks', undefined, '/tasks'])
    expect(to({ path: '/report', open: true })).toEqual([undefined, undefined, undefined, undefined])
    expect(to({ path: '/me' })).toEqual([undefined, undefined, undefined, undefined])
    expect(barredFrom({ path: '/visits', purpose: 'visits' }, clerk, null)!.sentence).toContain('单元长')
  })
})

describe('a picture', () => {
  it('is shrunk to 1600 pixels and never made larger', () => {
    expect(fit(4000, 3000)).toEqual({ width: LONGEST, height: 1200 })
    expect(fit(900, 3200)).toEqual({ width: 450, height: LONGEST })
    expect(fit(640, 480)).toEqual({ width: 640, height: 480 })
  })
})

describe('reading aloud', () => {
  it('goes sentence by sentence', () => {
    expect(sentences('待办\n现在没有要您处理的事。请稍后再看！')).toEqual(['待办', '现在没有要您处理的事。', '请稍后再看！'])
  })
})
