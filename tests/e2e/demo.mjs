// The built binary with a small sample city, and a real browser in front of it.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PASSWORD = 'Hangji@2026'

/** The binary in demo mode, on a port of its own, in a folder of its own. */
export class Demo {
  static async start() {
    const demo = new Demo()
    demo.folder = await mkdtemp(join(tmpdir(), 'hangji-e2e-'))
    const bin = process.env.HANGJI_BIN ?? 'target/release/hangji'
    demo.process = spawn(bin, ['demo', '--days', '3', '--no-open', '--listen', '127.0.0.1:0', '--data', join(demo.folder, 'city')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((_, no) => demo.process.once('exit', (code) => no(new Error(`the demo ended with ${code}`))))
    const ready = new Promise((yes) => {
      createInterface({ input: demo.process.stdout }).on('line', (line) => {
        const found = line.match(/http:\/\/[\d.:]+/)
        if (found) yes(found[0])
      })
    })
    demo.base = await Promise.race([ready, ended])
    ended.catch(() => undefined)
    return demo
  }
  async stop() {
    const gone = new Promise((yes) => this.process.once('exit', yes))
    this.process.kill('SIGTERM')
    await gone
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Headless Chromium, and what a person does in it. */
export class Browser {
  foreign = []
  broken = []

  static async start(base) {
    const require = createRequire(join(process.env.HANGJI_WEB ?? join(process.cwd(), 'web'), 'package.json'))
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
    const context = await this.chromium.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
    const page = await context.newPage()
    page.on('request', (r) => {
      if (/^https?:/.test(r.url()) && !r.url().startsWith(this.base)) this.foreign.push(r.url())
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
