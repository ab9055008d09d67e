// What the tests of the field app need besides `demo.mjs`: a line that can be cut, a browser that can
// be killed, and the interface for what happens at other desks meanwhile.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const PASSWORD = 'Hangji@2026'
export const PHONE = { width: 390, height: 844 }
const require = createRequire(join(process.env.HANGJI_WEB ?? join(process.cwd(), 'web'), 'package.json'))

/** The network between the phone and the server: cut, nothing passes and nothing can be opened. */
export class Line {
  open = true
  sockets = new Set()

  static async to(base) {
    const line = new Line()
    const { hostname, port } = new URL(base)
    line.server = createServer((near) => {
      if (!line.open) return near.destroy()
      const far = connect(Number(port), hostname)
      for (const socket of [near, far]) {
        line.sockets.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          line.sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far)
      far.pipe(near)
    })
    await new Promise((yes) => line.server.listen(0, '127.0.0.1', yes))
    line.base = `http://127.0.0.1:${line.server.address().port}`
    return line
  }
  cut() {
    this.open = false
    for (const socket of this.sockets) socket.destroy()
  }
  mend() {
    this.open = true
  }
  async stop() {
    this.cut()
    await new Promise((yes) => this.server.close(yes))
  }
}

/** A phone: Chromium in a process of its own with a profile that outlives it. */
export class Phone {
  foreign = []
  broken = []

  static async take(base) {
    const phone = new Phone()
    phone.base = base
    phone.profile = await mkdtemp(join(tmpdir(), 'hangji-phone-'))
    await phone.start()
    return phone
  }
  async start() {
    const { chromium } = require('playwright-core')
    await rm(join(this.profile, 'DevToolsActivePort'), { force: true })
    this.process = spawn(process.env.HANGJI_CHROMIUM ?? '/usr/bin/chromium', [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--remote-debugging-port=0', `--user-data-dir=${this.profile}`, `--window-size=${PHONE.width},${PHONE.height}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    const address = await new Promise((yes, no) => {
      let said = ''
      this.process.stderr.on('data', (bytes) => {
        said += bytes
        const found = said.match(/ws:\/\/\S+/)
        if (found) yes(found[0])
      })
      this.process.once('exit', () => no(new Error(`the browser ended: ${said}`)))
    })
    this.chromium = await chromium.connectOverCDP(address)
    this.context = this.chromium.contexts()[0]
    this.page = await this.context.newPage()
    await this.page.setViewportSize(PHONE)
    this.page.setDefaultTimeout(20_000)
    this.page.on('request', (r) => {
      if (/^https?:/.test(r.url()) && !r.url().startsWith(this.base)) this.foreign.push(r.url())
    })
    this.page.on('pageerror', (e) => this.broken.push(`${this.page.url()}: ${e}`))
    this.page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) this.broken.push(message.text())
    })
  }
  /** As when the battery is taken out: the browser has no moment to tidy up. */
  async kill() {
    const gone = new Promise((yes) => this.process.once('exit', yes))
    process.kill(-this.process.pid, 'SIGKILL')
    await gone
  }
  async stop() {
    await this.kill()
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  open(path) {
    return this.page.goto(`${this.base}/m${path}`)
  }
  async signIn(login) {
    await this.open('/sign-in')
    await this.page.fill('#signin-login-in', login)
    await this.page.fill('#signin-password-in', PASSWORD)
    await this.page.click('#signin-submit')
    await this.page.waitForURL((url) => !url.pathname.includes('sign-in'))
  }
  /** Sends what waits, now, and waits until the box is empty. */
  async sendAll() {
    await this.open('/outbox')
    await this.page.getByText('没有待发送的内容。').or(this.page.getByRole('button', { name: '现在发送' })).first().waitFor()
    const now = this.page.getByRole('button', { name: '现在发送' })
    if (await now.isVisible()) await now.click().catch(() => undefined)
    await this.page.getByText('没有待发送的内容。').waitFor()
  }
  /** A picture of a camera's size, as a file. */
  async picture(width = 2400, height = 1800) {
    const base64 = await this.page.evaluate(([width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height })
      const pen = canvas.getContext('2d')
      for (let at = 0; at < 40; at += 1) {
        pen.fillStyle = `hsl(${at * 9} 70% 50%)`
        pen.fillRect((at * 60) % width, (at * 45) % height, 300, 200)
      }
      return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
    }, [width, height])
    return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
  }
  /** Nothing serious is wrong for people who do not see, hear or move well (WCAG 2.1 AA). */
  async axe(where) {
    await this.page.evaluate(await readFile(join(process.env.HANGJI_WEB ?? join(process.cwd(), 'web'), 'node_modules/axe-core/axe.min.js'), 'utf8'))
    const found = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
      return violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes[0].html}`)
    })
    assert.deepEqual(found, [], where)
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(over <= 0, `${where} is ${over} pixels too wide`)
  }
}

/** Somebody at another desk, without a browser. */
export class Desk {
  static async of(base, login) {
    const desk = new Desk()
    desk.base = base
    const answer = await fetch(`${base}/api/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Hangji': '1' }, body: JSON.stringify({ login, password: PASSWORD }) })
    assert.equal(answer.status, 200, login)
    desk.cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
    desk.me = await answer.json()
    return desk
  }
  async call(method, path, body, headers = {}) {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method, headers: { Cookie: this.cookie, 'Content-Type': 'application/json', 'X-Hangji': '1', ...headers }, body: body && JSON.stringify(body),
    })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  report(form) {
    return this.call('POST', '/matters', form, { 'Idempotency-Key': randomUUID() })
  }
  async act(id, action, form) {
    const { version } = await this.call('GET', `/matters/${id}`)
    return this.call('POST', `/matters/${id}/actions/${action}`, form, { 'Idempotency-Key': randomUUID(), 'If-Match': `"v${version}"` })
  }
  /** Matters in whose words this stands. */
  async find(text) {
    const { rows } = await this.call('GET', `/matters?view=mine&limit=100`)
    return rows.filter((row) => row.title.includes(text))
  }
}
