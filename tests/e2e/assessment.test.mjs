// A period of assessment in the real browser (R213, R051): set up, calculated twice with the same
// result, published, appealed, corrected, frozen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Browser, Demo, PHONE, day } from './demo.mjs'

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

const NAME = '坂头社区网格长月度评价'
const confirm = (page) => page.locator('.el-message-box button.el-button--primary').click()
const read = (page, path) => page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path)
/** The figures of everybody, without what is said beside them. */
const figures = async (page, id) => (await read(page, `/assessments/${id}/results`)).rows.map((one) => [one.no, one.name, one.total, one.scores.map((s) => [s.indicator, s.numerator, s.denominator, s.points])])

test('a period calculated twice gives the same result, is appealed, corrected and frozen', { timeout: 240_000 }, async () => {
  const county = await browser.as('qu')
  await county.goto(`${demo.base}/assessments`)
  await county.getByRole('button', { name: '设立考核' }).click()
  await county.locator('form button[type=submit]').click()
  await county.getByText('请填写考核名称').first().waitFor()
  await browser.pick(county, '#open-area-in', '坂头')
  await browser.select(county, '#open-scheme-in', '网格长履职评价')
  await county.fill('#open-name-in', NAME)
  await browser.choose(county, '#open-from-in', day(-3))
  await browser.choose(county, '#open-to-in', day(-1))
  await browser.look(county, 'the form of a period')
  await county.getByRole('button', { name: '设立', exact: true }).click()
  await county.waitForURL(/\/assessments\/\d+$/)
  const id = county.url().split('/').pop()

  // Calculated, and again: the same figures for everybody, and the recount agrees.
  await county.getByRole('button', { name: '计算', exact: true }).click()
  await county.getByText('已计算（未公示）').first().waitFor()
  const first = await figures(county, id)
  assert.ok(first.length > 0)
  const again = county.waitForResponse((r) => r.request().method() === 'POST' && r.url().includes(`/assessments/${id}/`))
  await county.getByRole('button', { name: '重新计算' }).click()
  assert.ok((await again).ok())
  assert.deepEqual(await figures(county, id), first)
  await county.getByRole('button', { name: '重算核对' }).click()
  await county.getByText('重新计算的结果与所存一致').waitFor()
  await browser.look(county, 'a calculated period')

  // Before it is published the assessed see nothing.
  const head = await browser.as('wanggezhang', PHONE)
  await head.goto(`${demo.base}/assessments`)
  await head.locator('h1').waitFor()
  assert.equal(await head.getByText(NAME).count(), 0)

  await county.getByRole('button', { name: '公示', exact: true }).click()
  await confirm(county)
  await county.getByText('公示中').first().waitFor()

  // The grid head, on a phone: the own result only, and an appeal.
  await head.reload()
  await head.getByRole('link', { name: NAME }).click()
  await head.getByRole('button', { name: '查看', exact: true }).click()
  await browser.look(head, 'the own result on a phone')
  assert.equal((await read(head, `/assessments/${id}/results`)).rows.length, 1, 'nobody sees the result of another')
  await head.getByRole('button', { name: '申诉', exact: true }).click()
  const dialog = head.getByRole('dialog').last()
  await browser.select(head, '#result-indicator-in', '办结率')
  await head.fill('#result-words-in', '有一件由部门超期，不应计入网格。')
  await dialog.getByRole('button', { name: '提交' }).click()
  await head.getByText('待处理').first().waitFor()
  const { rows: [own] } = await read(head, `/assessments/${id}/results`)

  // Too early to freeze, and not with an appeal that waits.
  await county.reload()
  await county.getByRole('button', { name: '冻结', exact: true }).click()
  await confirm(county)
  await county.getByText('还有 1 件申诉没有处理').first().waitFor()

  // The centre corrects; the computed points stay beside.
  await county.locator('tbody tr', { hasText: own.name }).getByRole('button', { name: '查看', exact: true }).click()
  await county.getByRole('button', { name: '处理申诉' }).click()
  const ruling = county.getByRole('dialog').last()
  await ruling.getByText('更正得分').click()
  await ruling.locator('#result-points-in').fill('18')
  await county.fill('#result-words-in', '核对流程记录，超期属部门环节，更正。')
  await browser.look(county, 'the ruling on an appeal')
  await ruling.getByRole('button', { name: '提交' }).click()
  await county.getByText('更正为 18 分').first().waitFor()
  await county.getByRole('button', { name: '冻结', exact: true }).click()
  await confirm(county)
  await county.getByText('请在期满以后冻结').first().waitFor()

  // The days of appeal are over: frozen under a digest, and nothing changes any more.
  await demo.later(8, browser)
  const later = await browser.as('qu')
  await later.goto(`${demo.base}/assessments/${id}`)
  await later.getByRole('button', { name: '冻结', exact: true }).click()
  await confirm(later)
  await later.getByText('已冻结').first().waitFor()
  const frozen = await read(later, `/assessments/${id}`)
  assert.match(frozen.digest, /^[0-9a-f]{64}$/)
  for (const gone of ['重新计算', '公示', '冻结']) await later.getByRole('button', { name: gone, exact: true }).waitFor({ state: 'detached' })
  const { rows } = await read(later, `/assessments/${id}/results`)
  const closing = rows.find((one) => one.no === own.no).scores.find((s) => s.indicator === 'closing')
  assert.equal(closing.points, 1800)
  assert.equal(closing.computed ?? null, own.scores.find((s) => s.indicator === 'closing').computed ?? null)
  await browser.look(later, 'a frozen period')

  browser.clean()
})
