import { beforeEach, describe, expect, it } from 'vitest'
import { embed, embedded, wayBack } from '@shared/embed'
import { leave, takeTrip } from '@shared/issuer'
import { router } from '../src/router'

describe('inside an app of the city', () => {
  beforeEach(() => { sessionStorage.clear() })
  it('the way back leads to an app that is listed, and nowhere else', () => {
    const origins = ['https://app.example.gov.cn', 'https://m.example.gov.cn:8443']
    expect(wayBack('https://app.example.gov.cn/home?tab=1', origins)).toBe('https://app.example.gov.cn/home?tab=1')
    expect(wayBack('https://m.example.gov.cn:8443/', origins)).toBe('https://m.example.gov.cn:8443/')
    for (const bad of ['https://evil.example.com/', 'https://app.example.gov.cn.evil.com/', 'http://app.example.gov.cn/', 'javascript:alert(1)', '//app.example.gov.cn/', '', 'https://app.example.gov.cn@evil.com/']) {
      expect(wayBack(bad, origins)).toBe('')
    }
  })
  it('is remembered by the tab, and asks nobody to sign in', () => {
    embed('')
    expect(embedded.value).toBe('')
    expect(sessionStorage.getItem('hangji_embedded')).toBe('')
    expect(router.resolve('/embed').meta.open).toBe(true)
  })
})

describe('the way to an identity provider', () => {
  it('is kept by the tab that began and counts once', () => {
    const url = `${window.location.href}#provider`
    leave(url, { ticket: 't', bind: false, to: '/queue' })
    expect(takeTrip()).toEqual({ ticket: 't', bind: false, to: '/queue' })
    expect(takeTrip()).toBeNull()
    expect(router.resolve('/sign-in/from/city').meta.open).toBe(true)
  })
})
