// The built binary with a small sample city, and a real browser in front of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const WEB = process.env.HANGJI_WEB ?? join(process.cwd(), 'web')
let axe
const PASSWORD = 'Hangji@2026'

/** The binary in demo mode, on a port of its own, in a folder of its own. */
export class Demo {
  static async start(days = 3) {
    const demo = new Demo()
    demo.days = days
    demo.folder = await mkdtemp(join(tmpdir(), 'hangji-e2e-'))
    await demo.run(0)
    return demo
  }
  /** Serves the city with its clock so many days ahead. */
  async run(ahead) {
    const bin = process.env.HANGJI_BIN ?? 'target/release/hangji'
    this.process = spawn(bin, ['demo', '--days', `${this.days}`, '--ahead', `${ahead}`, '--no-open', '--listen', '127.0.0.1:0', '--data', join(this.folder, 'city')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((_, no) => this.process.once('exit', (code) => no(new Error(`the demo ended with ${code}`))))
    const ready = new Promise((yes) => {
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const found = line.match(/http:\/\/[\d.:]+/)
        if (found) yes(found[0])
      })
    })
    this.base = await Promise.race([ready, ended])
    ended.catch(() => undefined)
  }
  /** The same city some days later, all pages closed: the clock of a demonstration may be set ahead, no other. */
  async later(days, browser) {
    for (const context of browser.chromium.contexts()) await context.close()
    await this.end()
    await this.run(days)
    browser.base = this.base
  }
  async end() {
    const gone = new Promise((yes) => this.process.once('exit', yes))
    this.process.kill('SIGTERM')
    await gone
  }
  async stop() {
    await this.end()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** The day so many days from today, as the city counts: `2026-11-22`. */
export const day = (from = 0) => new Date(Date.now() + (from * 24 + 8) * 3_600_000).toISOString().slice(0, 10)

export const PHONE = { width: 390, height: 844 }

/** Headless Chromium, and what a person does in it. */
export class Browser {
  foreign = []
  broken = []

  static async start(base) {
    const require = createRequire(join(WEB, 'package.json'))
    const { chromium } = require('playwright-core')
    const browser = new Browser()
    browser.base = base
    browser.chromium = await chromium.launch({
      executablePath: process.env.HANGJI_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    return browser
  }
  async stop() {
    await this.chromium.close()
  }

  /** A fresh page of nobody. Foreign requests and script errors are remembered. */
  async page(viewport = { width: 1366, height: 768 }) {
    const context = await this.chromium.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const { base } = this
    page.on('request', (r) => {
      if (/^https?:/.test(r.url()) && !r.url().startsWith(base)) this.foreign.push(r.url())
    })
    page.on('pageerror', (e) => this.broken.push(`${page.url()}: ${e}`))
    return page
  }

  /** A page of somebody signed in. */
  async as(login, viewport) {
    const page = await this.page(viewport)
    await page.goto(`${this.base}/sign-in`)
    await page.fill('#signin-login-in', login)
    await page.fill('#signin-password-in', PASSWORD)
    await page.click('#signin-submit')
    await page.waitForURL((url) => !url.pathname.includes('sign-in'))
    return page
  }

  /** Chooses a day in a field of days. */
  async choose(page, where, value) {
    await page.fill(where, value)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
  }

  /** A serious fault in reach for the disabled fails; so does a page wider than its screen. */
  async look(page, what) {
    // Lists and calendars fade when they close; while they do, they are parts of a page that nobody uses.
    const faded = () => [...document.querySelectorAll('.el-popper')].every((one) => !one.getClientRects().length)
    await page.waitForFunction(faded, undefined, { timeout: 3000 }).catch(() => undefined)
    axe ??= await readFile(createRequire(join(WEB, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(axe)
    const found = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
      return violations
        .filter((one) => ['serious', 'critical'].includes(one.impact))
        .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`)
    })
    assert.deepEqual(found, [], `${what}: reach for the disabled`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 1, `${what} is ${wide} px wider than its screen`)
  }

  /** No page asked another host, and none broke. */
  clean() {
    assert.deepEqual(this.foreign, [])
    assert.deepEqual(this.broken, [])
  }

  /** Chooses in a list that is not searched. */
  async select(page, where, text) {
    await page.locator('.el-select', { has: page.locator(where) }).click()
    await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().click()
  }

  /** Chooses in a searchable list. */
  async pick(page, where, text) {
    const field = typeof where === 'string' ? page.locator(where) : where
    await field.click()
    await page.keyboard.type(text)
    await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().click()
  }

  /** Takes an action on the matter's page; says the state it leads to. */
  async act(page, id, name, fill) {
    await page.goto(`${this.base}/matters/${id}`)
    const state = page.locator('.head .chip').first()
    const button = page.locator('.actions button', { hasText: new RegExp(`^\\s*${name}\\s*$`) })
    await button.waitFor()
    await button.click()
    if (fill) {
      await page.locator('.send button').first().waitFor()
      await fill(page)
    }
    // Waited for from here on: filling a long form on a busy machine takes its own time.
    const answered = page.waitForResponse((r) => r.request().method() === 'POST' && r.url().includes(`/matters/${id}/actions/`))
    const send = fill ? page.locator('.send button').first() : page.locator('.el-message-box button.el-button--primary')
    await send.click()
    const answer = await answered
    if (!answer.ok()) throw new Error(`${name}: ${answer.status()} ${await answer.text()}`)
    const view = await answer.json()
    await state.getByText(view.state_word).waitFor()
    return view.state_word
  }

  /** The journal as the person of this page may see it. */
  async steps(page, id) {
    return page.evaluate(async (id) => (await (await fetch(`/api/v1/matters/${id}`)).json()).steps, id)
  }
}
