import { describe, expect, it } from 'vitest'
import { csvOf } from '../src/sheet'

describe('a sheet that is given away', () => {
  it('holds no formula, and numbers stay numbers', () => {
    expect(csvOf([['=1+1', '-A1', '@x', '+86 594'], [-1.5, '-119.2', '坂头, 1号', '"a"']]))
      .toBe('\ufeff\'=1+1,\'-A1,\'@x,\'+86 594\n-1.5,-119.2,"坂头, 1号","""a"""\n')
  })
})
