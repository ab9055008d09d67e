// The gate in the real browser (R201): a department's work that is not on the list is refused with the
// reason; it applies, is reviewed, is listed, sends; and when the term is over it is refused again.
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

const ITEM = '危旧挡墙雨后查看'

/** The department writes a task for the unit heads of the community; answers the page before sending. */
async function compose(title, item) {
  const page = await browser.as('ziran')
  await page.goto(`${demo.base}/notices/new`)
  await page.locator('#compose-kind .el-radio', { hasText: '任务' }).click()
  if (item) {
    await browser.select(page, '#compose-item-in', item)
  }
  await browser.pick(page, '#compose-areas-in', '坂头')
  if (item) await page.locator('#compose-roles .el-checkbox', { hasText: /^单元长$/ }).click()
  await page.fill('#compose-title-in', title)
  await page.fill('#compose-text-in', '请雨后查看房前屋后挡墙，有开裂、鼓胀的立即上报。')
  return page
}

test('a department’s work off the list is refused, is sent once admitted, and is refused when its term is over', { timeout: 240_000 }, async () => {
  // Not on the list: the page says why, and where to apply.
  const early = await compose('挡墙雨后查看')
  await early.locator('form button[type=submit]').click()
  const summary = early.locator('form [role=alert]').first()
  await summary.waitFor()
  const refused = await early.evaluate(async () => {
    const me = await (await fetch('/api/v1/me')).json()
    const found = await (await fetch(`/api/v1/areas/search?q=${encodeURIComponent('坂头')}`)).json()
    const community = found.find((one) => one.level === 'community')
    const body = { kind: 'task', answer: 'reply', title: '挡墙雨后查看', text: '请查看挡墙。', areas: [community.id], roles: ['unit_head'], orgs: [], matters: [], files: [], fields: [], post: me.posts[0].id }
    const answer = await fetch('/api/v1/notices', { method: 'POST', headers: { 'content-type': 'application/json', 'x-hangji': '1', 'idempotency-key': crypto.randomUUID() }, body: JSON.stringify(body) })
    return { status: answer.status, text: await answer.text() }
  })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /须在准入清单内/)
  assert.match(refused.text, /请在“准入清单”页提出申请/)

  // Applies, with basis, people and money.
  await early.goto(`${demo.base}/admissions`)
  await early.getByRole('button', { name: '申请准入' }).click()
  await early.locator('form button[type=submit]').click()
  await early.getByText('请填写事项名称').first().waitFor()
  for (const [field, text] of [['title', ITEM], ['content', '雨后查看房前屋后挡墙，有开裂、鼓胀即报。'], ['basis', '地质灾害防治条例'], ['people', '本单位 2 人到场'], ['money', '无'], ['frequency', '雨后一次']]) {
    await early.fill(`#apply-${field}-in`, text)
  }
  await early.locator('#apply-levels .el-checkbox', { hasText: '治理单元' }).click()
  await browser.look(early, 'the form of an application')
  await early.getByRole('button', { name: '提交申请' }).click()
  const row = (page) => page.locator('tbody tr', { hasText: ITEM })
  await row(early).getByText('待审核').waitFor()

  // The county's centre reviews: for three days.
  const county = await browser.as('qu')
  await county.goto(`${demo.base}/admissions`)
  await row(county).getByRole('button', { name: '审核' }).click()
  await county.getByRole('dialog').getByRole('button', { name: '准入', exact: true }).click()
  await county.getByText('请写明审核意见').first().waitFor()
  await county.fill('#decide-opinion-in', '依据充分，频次适当，同意短期准入。')
  await browser.choose(county, '#decide-to-in', day(3))
  await browser.look(county, 'the review of an application')
  await county.getByRole('dialog').getByRole('button', { name: '准入', exact: true }).click()
  await row(county).getByText('在清单内').waitFor()

  // Sent: the unit head has it on the phone.
  const sending = await compose('挡墙雨后查看', ITEM)
  await sending.getByText(/将发给|人/).first().waitFor()
  await sending.locator('form button[type=submit]').click()
  await sending.waitForURL(/\/notices\/\d+$/)
  const unit = await browser.as('danyuan', PHONE)
  await unit.goto(`${demo.base}/notices`)
  await unit.getByText('挡墙雨后查看').first().waitFor()
  await browser.look(unit, 'the notices on a phone')

  // The term is over: the list says so, and nothing goes down under it any more.
  await demo.later(4, browser)
  const late = await browser.as('ziran')
  await late.goto(`${demo.base}/admissions`)
  await row(late).getByText('已到期').waitFor()
  await late.goto(`${demo.base}/notices/new`)
  await late.locator('.el-select', { has: late.locator('#compose-item-in') }).click()
  await late.locator('.el-select-dropdown__item:visible').first().waitFor()
  assert.equal(await late.locator('.el-select-dropdown__item:visible', { hasText: ITEM }).count(), 0, 'what is over is not offered')
  const again = await late.evaluate(async (title) => {
    const item = (await (await fetch('/api/v1/admissions')).json()).find((one) => one.title === title)
    const found = await (await fetch(`/api/v1/areas/search?q=${encodeURIComponent('坂头')}`)).json()
    const community = found.find((one) => one.level === 'community')
    const body = { kind: 'task', answer: 'reply', title: '再看一次', text: '请查看挡墙。', areas: [community.id], roles: ['unit_head'], orgs: [], matters: [], files: [], fields: [], item: item.id }
    const answer = await fetch('/api/v1/notices', { method: 'POST', headers: { 'content-type': 'application/json', 'x-hangji': '1', 'idempotency-key': crypto.randomUUID() }, body: JSON.stringify(body) })
    return { status: answer.status, text: await answer.text() }
  }, ITEM)
  assert.equal(again.status, 403)
  assert.match(again.text, /已到期/)

  browser.clean()
})
