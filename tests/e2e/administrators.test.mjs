// Three administrators in the real browser: what one does is neither in the menu of another, nor opened
// by its address, nor done through the interface.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Browser, Demo, PHONE } from './demo.mjs'

let demo
let browser
before(async () => {
  demo = await Demo.start()
  browser = await Browser.start(demo.base)
})
after(async () => {
  await browser?.stop()
  await demo?.stop()
})

/** What each does, and through which request: a page, its address, and what it sends. */
const WORK = {
  xitong: [
    { page: '/jobs', ask: ['GET', '/jobs'] },
    { page: '/senders', ask: ['GET', '/senders'] },
    { page: '/accounts', ask: ['POST', '/accounts', { login: 'xinren', name: '新人' }] },
  ],
  anquan: [
    { page: '/tokens', ask: ['GET', '/tokens'] },
    { page: '/accounts', ask: ['DELETE', '/accounts/1/sessions'] },
  ],
  shenji: [
    { page: '/audit', ask: ['GET', '/audit'] },
    { page: '/sign-ins', ask: ['GET', '/sign-ins'] },
  ],
}
/** Matters and people are the work of none of them. */
const BUSINESS = ['/queue', '/register', '/board', '/hotline', '/mediation', '/assessments', '/evidence']

const ask = (page, [method, path, body]) =>
  page.evaluate(
    async ({ method, path, body }) => {
      const headers = { 'x-hangji': '1', 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
      return { status: answer.status, body: await answer.json().catch(() => null) }
    },
    { method, path, body },
  )

test('the administrators of system, security and audit cannot do each other’s work', { timeout: 240_000 }, async () => {
  for (const [login, own] of Object.entries(WORK)) {
    const page = await browser.as(login)
    await page.goto(`${demo.base}/home`)
    await page.locator('nav a[href="/home"]').first().waitFor()
    const menu = new Set(await page.locator('nav a').evaluateAll((links) => links.map((one) => new URL(one.href).pathname)))
    for (const one of own) assert.ok(menu.has(one.page), `${login} lacks ${one.page}`)
    for (const path of BUSINESS) assert.ok(!menu.has(path), `${login} has ${path}`)
    await browser.look(page, `the home of ${login}`)
    for (const one of own) {
      await page.goto(`${demo.base}${one.page}`)
      await page.locator('h1').first().waitFor()
      await browser.look(page, `${one.page} of ${login}`)
    }

    const mine = new Set(own.map((one) => one.page))
    for (const [other, theirs] of Object.entries(WORK)) {
      if (other === login) continue
      for (const one of theirs) {
        const answer = await ask(page, one.ask)
        assert.equal(answer.status, 403, `${login}: ${one.ask.join(' ')} ${JSON.stringify(answer.body)}`)
        assert.match(answer.body.detail, /[\u4e00-\u9fff]{6,}/, 'the refusal is a sentence')
        if (mine.has(one.page)) continue
        assert.ok(!menu.has(one.page), `${login} has ${one.page} of ${other} in the menu`)
        await page.goto(`${demo.base}${one.page}`)
        const refusal = page.locator('main [role=alert]').first()
        await refusal.waitFor()
        assert.match(await refusal.textContent(), /您没有“.+”的权限/, `${login} at ${one.page}`)
      }
    }
    await page.context().close()
  }

  // On a phone the same menu, folded.
  const phone = await browser.as('shenji', PHONE)
  await phone.goto(`${demo.base}/audit`)
  await phone.locator('h1').first().waitFor()
  await browser.look(phone, 'the audit log on a phone')

  browser.clean()
})
