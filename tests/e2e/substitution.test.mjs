// A holiday in the real browser (R014): three people in a row are away, so that what comes to the first
// lies with the substitute of the substitute's substitute; then they are back, and so is the work.
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

const opinion = (text) => (page) => page.fill('#act-opinion-in', text)

/** Who is signed in arranges a substitute for the own post, on the page of posts. */
async function away(login, substitute, from, to) {
  const page = await browser.as(login)
  await page.goto(`${demo.base}/posts`)
  await page.getByRole('button', { name: '安排代理' }).click()
  await page.fill('#absence-login-in', substitute)
  await browser.choose(page, '#absence-from-in', from)
  await browser.choose(page, '#absence-to-in', to)
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByText('已安排代理').waitFor()
  const name = await page.evaluate(async () => (await (await fetch('/api/v1/me')).json()).name)
  const row = page.locator('section.card', { hasText: '外出与代理' }).locator('tbody tr', { hasText: name }).first()
  await row.getByText('未开始').waitFor()
  await browser.look(page, 'the page of posts')
  await page.context().close()
  return name
}

test('over a holiday the work of three who are away lies with the last substitute, and goes back when they return', { timeout: 240_000 }, async () => {
  // Planned before the holiday: from tomorrow for a week.
  const [from, to] = [day(1), day(8)]
  const head = await away('wanggezhang', 'shuji', from, to)
  const secretary = await away('shuji', 'jiedao', from, to)
  const dispatcher = await away('jiedao', 'jiedaolingdao', from, to)

  // The holiday has begun: a unit head sends a matter up to the grid.
  await demo.later(2, browser)
  const unit = await browser.as('danyuan', PHONE)
  await unit.goto(`${demo.base}/register`)
  await unit.fill('#reg-text-in', '小区东侧围墙开裂倾斜，孩子常在旁边玩。')
  await unit.fill('#reg-address-in', '坂头安置房小区东侧')
  await unit.getByRole('button', { name: '10号楼', exact: true }).first().click()
  await browser.pick(unit, '#reg-category-in', '其他公用设施问题')
  await browser.look(unit, 'the form of a report on a phone')
  await unit.locator('form button[type=submit]').click()
  await unit.getByText('确认上报').click()
  await unit.waitForSelector('.done')
  const id = (await unit.locator('.done a').first().getAttribute('href')).split('/').pop()
  assert.equal(await browser.act(unit, id, '上报上级', opinion('围墙属小区公共部位，请网格协调。')), '网格处置')

  // At the end of the row: the queue of the town's leader, with the reason on the page.
  const town = await browser.as('jiedaolingdao')
  const who = await town.evaluate(async () => (await (await fetch('/api/v1/me')).json()).name)
  await town.goto(`${demo.base}/home`)
  await town.getByText(`您代${head}办理这个岗位的事：${head}请假，${to} 返岗`).waitFor()
  await browser.look(town, 'the home of a substitute')
  await town.goto(`${demo.base}/queue`)
  await town.getByRole('link', { name: /围墙开裂倾斜/ }).first().click()
  await town.getByText('网格处置').first().waitFor()
  await browser.look(town, 'the matter of a substitute')
  assert.equal(await browser.act(town, id, '上报上级', opinion('网格长休假，已电话核对，报社区研判。')), '村居研判')
  const steps = await browser.steps(town, id)
  assert.equal(steps.at(-1).who.name, `${who}（代${head}）`, 'the trace says who acted for whom')

  // On the page of the posts everybody sees who acts for whom; those in between do not act.
  await town.goto(`${demo.base}/posts`)
  for (const name of [head, secretary, dispatcher]) {
    await town.getByText(`${who}（代${name}）`).first().waitFor()
  }
  await town.context().close()

  // The holiday is over: the rights of the last substitute are gone, the holder's own work is there.
  await demo.later(9, browser)
  const back = await browser.as('shequ')
  await back.goto(`${demo.base}/queue`)
  await back.getByRole('link', { name: /围墙开裂倾斜/ }).first().waitFor()
  const after = await browser.as('jiedaolingdao')
  await after.goto(`${demo.base}/home`)
  await after.locator('h1').first().waitFor()
  await after.locator('.jobs').first().waitFor()
  assert.equal(await after.getByText(`您代${head}办理`).count(), 0)
  await after.goto(`${demo.base}/matters/${id}`)
  await after.getByText('村居研判').first().waitFor()
  assert.equal(await after.locator('.actions button', { hasText: /^\s*上报上级\s*$/ }).count(), 0, 'what lies with the community is the community’s again')
  await after.goto(`${demo.base}/posts`)
  await after.getByText('现在没有人外出').waitFor()

  browser.clean()
})
