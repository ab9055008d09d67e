import { describe, expect, it } from 'vitest'
import { fit, LONGEST } from '../src/photo'
import { elsewhere } from '../src/router'
import { sentences } from '../src/speak'

describe('the ways of the field app', () => {
  it('leads everybody to the pages that are theirs', () => {
    const page = (path: string, meta = {}) => ({ path, meta })
    const staff = { resident: false }
    const resident = { resident: true }
    expect(elsewhere(page('/tasks'), null)).toBe('/sign-in')
    expect(elsewhere(page('/report', { open: true }), null)).toBeUndefined()
    expect(elsewhere(page('/', { open: true }), staff)).toBe('/tasks')
    expect(elsewhere(page('/', { open: true }), resident)).toBe('/my')
    expect(elsewhere(page('/tasks'), resident)).toBe('/my')
    expect(elsewhere(page('/my', { resident: true }), staff)).toBe('/tasks')
    expect(elsewhere(page('/me'), resident)).toBeUndefined()
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
