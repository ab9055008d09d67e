// A day at a town centre in the real browser: from the home page to judging, calling, returning,
// merging and extending; the contact of a reporter, a photo, and the sheet on paper.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Browser, Demo } from './demo.mjs'

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

const opinion = (text) => (page) => page.fill('#act-opinion-in', text)

/** A command of the person of this page; answers the body. */
const command = (page, path, body, version) =>
  page.evaluate(
    async ({ path, body, version }) => {
      const headers = { 'content-type': 'application/json', 'x-hangji': '1', 'idempotency-key': crypto.randomUUID() }
      if (version) headers['if-match'] = `"v${version}"`
      const answer = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    { path, body, version },
  )
/** Reports in the unit of the story; a desk's own report begins at that desk. */
const report = async (page, unit, text, more = {}) =>
  command(page, '/matters', { text, channel: 'window', category: '0104', address: '坂头安置房小区10号楼', unit, ...more })
const read = (page, path) => page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path)

/** A job of the home page, by its exact name: the help of another may hold the same word. */
const jobOf = (page, name) => page.locator('.jobs a').filter({ has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) })

/** The unit of the story's unit head. */
async function unitOf() {
  const head = await browser.as('danyuan', { width: 390, height: 844 })
  const me = await read(head, '/me')
  await head.context().close()
  return me.posts[0].area.id
}

test('a town dispatcher judges, calls, returns, merges and extends', { timeout: 300_000 }, async () => {
  const unit = await unitOf()
  const town = await browser.as('jiedao')
  town.setDefaultTimeout(15_000)
  const community = await browser.as('shequ')

  const photo = { name: '漏水.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64') }
  const first = await report(town, unit, '外墙渗水多年，居民要求修缮。', { reporter: { name: '林某某', phone: '10012345678', confirms: false } })
  const twin = await report(town, unit, '外墙渗水，墙皮脱落砸到行人。')
  const own = await report(town, unit, '楼前路灯不亮，夜里看不清路。')
  const below = await report(community, unit, '楼道堆物，邻里争执不下。')
  await command(community, `/matters/${below.id}/actions/escalate`, { opinion: '多次调解无果，请街道研判。' }, below.version)

  // The home says how much is to be judged, and its link leads to exactly that.
  await town.goto(`${demo.base}/home`)
  const job = jobOf(town, '研判')
  const said = Number((await job.locator('.count').textContent()).match(/\d+/)[0])
  assert.ok(said >= 4, `the home counts ${said} to be judged`)
  await job.click()
  await town.waitForURL(/job=judge/)
  await town.locator('table.rows tbody tr').first().waitFor()
  assert.equal(await town.locator('table.rows tbody tr').count(), said, 'the figure and its list agree')

  // Calls one department, with a photo of the place.
  const called = await browser.act(town, first.id, '呼叫部门', async (page) => {
    await opinion('请住建局到场鉴定，提出修缮方案。')(page)
    await browser.pick(page, '#act-lead-in', '城厢区住房和城乡建设局')
    await page.setInputFiles('.el-drawer input[type=file]', photo)
    await page.locator('.el-drawer').getByText('漏水').first().waitFor()
  })
  assert.equal(called, '待签收')
  await town.locator('.o-steps').getByAltText('漏水.png').first().waitFor()

  // The contact of the reporter opens for a stated reason only.
  await town.getByRole('button', { name: '查看联系方式' }).click()
  const dialog = town.locator('.el-dialog')
  await dialog.getByRole('button', { name: /查看|确定|提交/ }).last().click()
  await dialog.getByText('请写明查看原因').first().waitFor()
  await dialog.locator('input, textarea').first().fill('电话核实渗水位置')
  await dialog.getByRole('button', { name: /查看|确定|提交/ }).last().click()
  await dialog.getByText('10012345678').waitFor()
  await town.keyboard.press('Escape')

  // The same thing twice: one goes into the other.
  const merged = await browser.act(town, twin.id, '并案', async (page) => {
    await browser.pick(page, '#act-other-in', first.no)
    await page.locator('#act-opinion-in').fill('与前一件是同一处渗水。').catch(() => undefined)
  })
  assert.equal(merged, '已并案')

  // What belongs further down goes back, when a leader agrees.
  await browser.act(town, below.id, '退回', opinion('请社区先组织一次调解，再报结果。'))
  const waiting = await read(town, `/matters/${below.id}`)
  assert.equal(waiting.pending.length, 1, 'a return waits for a decision')
  const leader = await browser.as('jiedaolingdao')
  await leader.goto(`${demo.base}/queue?f=asked`)
  await leader.getByRole('link', { name: waiting.title }).first().click()
  const returned = await browser.act(leader, below.id, '审批', async (page) => {
    await page.locator('#act-verdict .el-radio').first().click()
    await opinion('同意退回。')(page)
  })
  assert.equal(returned, '村居研判')
  await community.goto(`${demo.base}/queue?f=back`)
  await community.getByText(waiting.title).first().waitFor()

  // Work of its own that takes longer: the leader of the desk decides, not who asks.
  assert.equal(await browser.act(town, own.id, '本级办理', opinion('由街道维修。')), '本级办理')
  await browser.act(town, own.id, '申请延期', opinion('灯杆需要订货。'))
  const asked = await read(town, `/matters/${own.id}`)
  assert.equal(asked.pending[0].ask_word, '延期')
  await leader.goto(`${demo.base}/home`)
  await jobOf(leader, '审批申请').click()
  await leader.getByRole('link', { name: asked.title }).first().waitFor()
  await browser.act(leader, own.id, '审批', async (page) => {
    await page.locator('#act-verdict .el-radio').first().click()
    await opinion('同意延期一次。')(page)
  })
  const extended = await read(town, `/matters/${own.id}`)
  assert.equal(extended.pending.length, 0)

  // The sheet on paper: A4, without the frame of the page and without the contact in clear.
  await town.goto(`${demo.base}/matters/${first.id}/sheet`)
  await town.locator('.sheet').getByText('呼叫部门').first().waitFor()
  assert.ok(!(await town.locator('.sheet').textContent()).includes('10012345678'), 'the contact stays masked on paper')
  await town.emulateMedia({ media: 'print' })
  assert.equal(await town.locator('header.top').isVisible(), false)
  const paper = await town.pdf({ preferCSSPageSize: true })
  const box = paper.toString('latin1').match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/)
  assert.deepEqual([Math.round(Number(box[1])), Math.round(Number(box[2]))], [595, 842], 'A4')

  assert.deepEqual(browser.foreign, [])
  assert.deepEqual(browser.broken, [])
})

test('a department refuses, is overruled, and feeds back', { timeout: 240_000 }, async () => {
  const unit = await unitOf()
  const town = await browser.as('jiedao')
  const matter = await report(town, unit, '山脚护坡开裂，雨天有碎石滚落。')
  await browser.act(town, matter.id, '呼叫部门', async (page) => {
    await opinion('请自然资源局到场排查地质隐患。')(page)
    await browser.pick(page, '#act-lead-in', '城厢区自然资源局')
  })

  // The department's home: one to sign. It refuses, with its grounds.
  const bureau = await browser.as('ziran')
  bureau.setDefaultTimeout(15_000)
  const count = async (page, word) => {
    await page.goto(`${demo.base}/home`)
    const chip = jobOf(page, word).locator('.count')
    await chip.waitFor()
    return Number((await chip.textContent()).match(/\d+/)?.[0] ?? 0)
  }
  const toSign = await count(bureau, '签收任务')
  assert.ok(toSign >= 1)
  await browser.act(bureau, matter.id, '退单', opinion('护坡属开发公司维护，附移交文件编号。'))
  assert.equal(await count(bureau, '签收任务'), toSign - 1)
  assert.ok((await count(bureau, '退单')) >= 1)

  // The town decides: overruled, so it is to be signed again.
  assert.ok((await count(town, '审批申请')) >= 1)
  await browser.act(town, matter.id, '审批', async (page) => {
    await page.locator('#act-verdict .el-radio').last().click()
    await opinion('地质隐患排查属自然资源部门职责，请签收办理。')(page)
  })
  assert.equal(await count(bureau, '签收任务'), toSign)
  await browser.act(bureau, matter.id, '签收')
  assert.ok((await count(bureau, '办理反馈')) >= 1)
  const state = await browser.act(bureau, matter.id, '反馈结果', async (page) => {
    await page.locator('#act-finding .el-radio').first().click()
    await opinion('已清理碎石并设置警示，排入加固计划。')(page)
  })
  assert.equal(state, '已反馈')
  assert.ok((await count(town, '复核反馈')) >= 1)

  const steps = await browser.steps(town, matter.id)
  assert.deepEqual(steps.map((s) => s.action), ['report', 'call', 'refuse', 'decide', 'sign', 'feed_back'])
  assert.deepEqual(browser.broken, [])
})
