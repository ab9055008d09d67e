// The 12345 hotline in the real browser (R081): orders come in by file, one becomes a matter and is
// handled, and the hotline's own system fetches the answer with a signed request.
import assert from 'node:assert/strict'
import { createHash, createHmac, randomUUID } from 'node:crypto'
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
const HEADING = ['工单编号', '诉求内容', '地址', '区划代码', '来电人', '电话', '答复期限', '保密']
const NO = '12345-e2e-0001'

/** What the hotline's system sends: signed, without token and key. */
async function exchange(token, key, body) {
  const [path, text] = ['/api/v1/exchange/hotline/replies', JSON.stringify(body)]
  const [time, nonce] = [`${Date.now()}`, randomUUID()]
  const digest = createHash('sha256').update(text).digest('hex')
  const signature = createHmac('sha256', key).update(['POST', path, time, nonce, digest].join('\n')).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-hangji-token': token, 'x-hangji-time': time, 'x-hangji-nonce': nonce, 'x-hangji-signature': signature }
  const answer = await fetch(`${demo.base}${path}`, { method: 'POST', headers, body: text })
  assert.equal(answer.status, 200, await answer.clone().text())
  return answer.json()
}

test('a hotline order comes in by file, is handled, and its reply goes out', { timeout: 240_000 }, async () => {
  const town = await browser.as('jiedao')
  const code = await town.evaluate(async () => {
    const found = await (await fetch(`/api/v1/areas/search?q=${encodeURIComponent('坂头')}`)).json()
    const area = await (await fetch(`/api/v1/areas/${found.find((one) => one.level === 'community').id}`)).json()
    return area.codes[0].code
  })

  // The file: one good line, one that names no place and no day.
  await town.goto(`${demo.base}/hotline`)
  const lines = [
    HEADING,
    [NO, '东门口路灯连续三晚不亮。', '小区东门', code, '林某某', '10012345678', day(2), '否'],
    ['12345-e2e-0002', '人行道地砖松动。', '站台旁', '999', '', '', '明天', '否'],
  ].map((cells) => cells.join(','))
  await town.setInputFiles('input[type=file]', { name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${lines.join('\n')}\n`) })
  const said = town.locator('.notice[role=status]')
  await said.getByText('登记 1 条，1 条有问题').waitFor()
  assert.match(await said.textContent(), /第 3 行（12345-e2e-0002）/)
  const row = town.locator('tbody tr', { hasText: NO })
  await row.getByText('待答复').waitFor()
  await browser.look(town, 'the orders of the hotline')

  // It is a matter like any other: judged by the town, done by the community.
  const id = (await row.locator('a').first().getAttribute('href')).split('/').pop()
  await town.goto(`${demo.base}/matters/${id}`)
  await town.getByText('12345热线').first().waitFor()
  assert.equal(await browser.act(town, id, '本级办理', async (page) => {
    await browser.pick(page, '#act-category-in', '路灯损坏')
    await opinion('由街道联系维护单位。')(page)
  }), '本级办理')
  await browser.act(town, id, '办结', async (page) => {
    await page.locator('#act-finding .el-radio').first().click()
    await opinion('维护单位已更换灯具。')(page)
    await page.fill('#act-reply-in', '路灯已更换，当晚恢复照明，感谢您的反映。')
  })

  // The answer for the hotline: what is missing is said at the field.
  await town.goto(`${demo.base}/hotline`)
  await row.getByRole('button', { name: '答复' }).click()
  const drawer = town.locator('.el-drawer')
  await drawer.getByRole('button', { name: '答复' }).click()
  await drawer.getByText('请填写办理情况，供热线回访').first().waitFor()
  await town.fill('#hot-note-in', '维护单位当日更换灯具，已电话告知来电人。')
  await town.fill('#hot-answer-in', '路灯已更换，当晚恢复照明。')
  await browser.look(town, 'the answer to an order')
  await drawer.getByRole('button', { name: '答复' }).click()
  await row.getByText('已答复').waitFor()
  const phone = await browser.as('jiedao', PHONE)
  await phone.goto(`${demo.base}/hotline`)
  await phone.getByText(NO).first().waitFor()
  await browser.look(phone, 'the orders of the hotline on a phone')

  // The hotline's system: an account by one administrator, its token by another.
  const system = await browser.as('xitong')
  await system.goto(`${demo.base}/accounts`)
  await system.locator('.page-head button.el-button--primary').click()
  await system.fill('#account-login-in', 'rexian')
  await system.fill('#account-name-in', '12345 热线平台')
  await system.locator('.service .el-checkbox').click()
  await system.locator('form.card button[type=submit]').click()
  await system.locator('.notice.good').waitFor()
  await browser.look(system, 'the account of a service')
  const security = await browser.as('anquan')
  await security.goto(`${demo.base}/tokens`)
  await security.locator('.page-head button.el-button--primary').click()
  await browser.select(security, '#token-account-in', '热线平台')
  await security.fill('#token-name-in', '热线对接')
  await security.locator('form button[type=submit]').click()
  const secrets = security.locator('.secret')
  await secrets.first().waitFor()
  const key = (await secrets.last().textContent()).trim()
  const token = (await security.locator('.notice.good').textContent()).match(/\d{6,}/)[0]

  // It fetches the answer, says that it has it, and the page says so too.
  const given = await exchange(token, key, { taken: [] })
  const own = given.find((one) => one.no === NO)
  assert.equal(own.reply.answer, '路灯已更换，当晚恢复照明。')
  assert.ok(!JSON.stringify(given).includes('10012345678'), 'the caller is not sent back')
  await exchange(token, key, { taken: [NO] })
  await town.reload()
  await row.getByText('热线已取走').waitFor()
  assert.equal(await row.getByRole('button').count(), 0, 'what was taken is not changed')

  browser.clean()
})
