// A quarrel in the real browser (R085 to R089): registered, taken on, mediated to an agreement that is
// printed, visited after seven and after thirty days.
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

const opinion = (text) => (page) => page.fill('#act-opinion-in', text)

test('a dispute is mediated, its agreement printed, and visited after seven and after thirty days', { timeout: 300_000 }, async () => {
  // The unit head registers it on the phone; persuasion did not help, so it goes up.
  const unit = await browser.as('danyuan', PHONE)
  await unit.goto(`${demo.base}/start/dispute`)
  await unit.getByRole('button', { name: '10号楼', exact: true }).first().click()
  await unit.fill('#start-text-in', '楼上装修把水泥掉进下水管，一楼返水两次，两家在楼道争吵。')
  await browser.pick(unit, '#start-category-in', '邻里纠纷')
  for (const [field, word] of [['risk', '中风险'], ['scale', '2人']]) {
    await browser.select(unit, `[id="start-fields.${field}-in"]`, word)
  }
  await browser.look(unit, 'the form of a dispute on a phone')
  await unit.locator('form button[type=submit]').click()
  await unit.waitForURL(/\/matters\/\d+$/)
  const id = unit.url().split('/').pop()
  assert.equal(await browser.act(unit, id, '上报上级', opinion('当场劝过两次，双方各执一词。')), '网格劝解')
  const grid = await browser.as('wanggezhang')
  assert.equal(await browser.act(grid, id, '上报上级', opinion('请社区组织调解。')), '村居研判')

  // The community takes it on and records the session, with people of its own pool.
  const community = await browser.as('shequ')
  assert.equal(await browser.act(community, id, '受理调解', opinion('双方同意调解，由社区受理。')), '调解中')
  const agreed = await browser.act(community, id, '登记调解', async (page) => {
    await page.fill('#act-session-in-place', '邻里中心调解室')
    await browser.select(page, '#act-session-in-by', '林调解')
    await page.locator('.el-select-dropdown__item:visible', { hasText: '陈律' }).click()
    await page.fill('#act-session-in-parties', '赵某（楼上）\n钱某（一楼）')
    await page.fill('#act-session-in-record', '现场疏通查看，确认水泥块来自楼上装修。')
    await page.locator('.session').getByText('达成协议').click()
    await page.fill('#act-session-in-agreement', '楼上三日内疏通并更换一段立管，赔偿一楼清洁费用三百元。')
    await browser.look(page, 'the form of a session')
  })
  assert.equal(agreed, '已达成协议，待七日回访')

  // The agreement on paper: A4, what was agreed, a line for each signature.
  await community.goto(`${demo.base}/matters/${id}`)
  await community.getByRole('link', { name: '打印协议书' }).click()
  const sheet = community.locator('article.sheet')
  await sheet.getByText('疏通并更换一段立管').waitFor()
  for (const party of ['赵某（楼上）', '钱某（一楼）']) await sheet.getByText(party).first().waitFor()
  assert.equal(await sheet.locator('.line').count(), 5, 'two parties, two mediators, the recorder')
  await browser.look(community, 'the agreement')
  await community.emulateMedia({ media: 'print' })
  assert.equal(await community.locator('header.top').isVisible(), false)
  const paper = (await community.pdf({ preferCSSPageSize: true })).toString('latin1')
  const box = paper.match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/)
  assert.deepEqual([Math.round(Number(box[1])), Math.round(Number(box[2]))], [595, 842], 'A4')
  await community.context().close()

  // What was said is for the desk that mediates.
  await unit.goto(`${demo.base}/matters/${id}`)
  await unit.locator('.head .chip').first().waitFor()
  assert.ok(!(await unit.locator('body').textContent()).includes('赔偿一楼清洁费用'), 'the agreement is not for everybody')

  // Seven days on: the visit is due on the home page, and is recorded.
  await demo.later(7, browser)
  const week = await browser.as('shequ')
  await week.goto(`${demo.base}/queue`)
  await week.getByRole('link', { name: /水泥掉进下水管/ }).first().waitFor()
  assert.equal(await browser.act(week, id, '七日回访', opinion('立管已更换，一楼没有再返水，赔偿已付。')), '待三十日回访')
  await week.context().close()

  // Thirty days on: it held, and is closed.
  await demo.later(30, browser)
  const month = await browser.as('shequ')
  const closed = await browser.act(month, id, '三十日回访，化解', async (page) => {
    await page.locator('#act-finding .el-radio').first().click()
    await opinion('两次回访都没有反复。')(page)
    await page.fill('#act-reply-in', '立管已更换，费用已结清，感谢双方互谅互让。')
  })
  assert.ok(['已化解', '待评价'].includes(closed), closed)
  // What the sweep adds when a visit is due is no step of a person.
  const steps = (await browser.steps(month, id)).filter((s) => s.action !== 'overdue')
  assert.deepEqual(steps.map((s) => s.action), ['report', 'escalate', 'escalate', 'undertake', 'mediate', 'visit_first', 'settle'])
  const days = (n) => Math.round((steps[n].acted_at - steps[4].acted_at) / 86_400_000)
  assert.deepEqual([days(5), days(6)], [7, 30])

  browser.clean()
})
