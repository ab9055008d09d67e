// The seed's case of 坂头社区 in the real browser: a resident's problem with a resettlement flat goes
// from the unit to three bodies and a company, is checked, and the resident confirms.
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

test('the case of Bantou travels from the unit to three bodies and is closed by the resident', { timeout: 240_000 }, async () => {
  // The unit head, on a phone: reports for the resident, and has tried in vain.
  const unit = await browser.as('danyuan', { width: 390, height: 844 })
  unit.setDefaultTimeout(8000)
  await unit.goto(`${demo.base}/register`)
  await unit.fill('#reg-text-in', '回迁房面积与安置协议不符。居民反映交付的房子比协议少了六平方米，多次反映没有结果。')
  await unit.fill('#reg-address-in', '坂头安置房小区10号楼502室')
  await browser.pick(unit, '#reg-category-in', '征地拆迁')
  await unit.getByRole('button', { name: '10号楼', exact: true }).first().click()
  await unit.fill('#reg-reporter\\.name-in', '林某某')
  await unit.fill('#reg-reporter\\.phone-in', '10012345678')
  await unit.getByText('办结后请反映人评价').click()
  await unit.locator('fieldset .el-checkbox').last().click()
  await unit.locator('#reg-prehandle\\.finding .el-radio').last().click()
  await unit.fill('#reg-prehandle\\.opinion-in', '已向居民了解情况，需要现场丈量，单元无法解决。')
  await unit.locator('form button[type=submit]').click()
  await unit.getByText('确认上报').click()
  await unit.waitForSelector('.done')
  const id = (await unit.locator('.done a').first().getAttribute('href')).split('/').pop()
  const no = (await unit.locator('.done .num.big').first().textContent()).trim()
  const code = (await unit.locator('.code .num').textContent()).trim()
  assert.match(no, /^350302003-\d{6}-\d{4}$/)
  assert.match(code, /^[A-Z2-7]{8}$/)

  // Judged level by level.
  const grid = await browser.as('wanggezhang')
  assert.equal(await browser.act(grid, id, '上报上级', opinion('网格协调不了，需要部门现场测量。')), '村居研判')
  const community = await browser.as('shequ')
  assert.equal(await browser.act(community, id, '上报上级', opinion('社区无力解决，建议呼叫自然资源和住建部门。')), '镇街研判')

  // The town centre calls the district's two bureaus, the developer and the surveyors.
  const town = await browser.as('jiedao')
  const called = await browser.act(town, id, '呼叫部门', async (page) => {
    await opinion('请自然资源局牵头，会同住建局、开发公司、测绘公司入户丈量。')(page)
    await browser.pick(page, '#act-lead-in', '城厢区自然资源局')
    const co = ['城厢区住房和城乡建设局', '城厢区开发公司', '城厢区测绘公司']
    for (const [n, name] of co.entries()) {
      await page.getByText('添加会办单位').click()
      await browser.pick(page, page.locator('.call .row').nth(n + 1).locator('.el-select').first(), name)
    }
  })
  assert.equal(called, '待签收')

  // Each signs and feeds back; nobody else may.
  for (const login of ['ziran', 'zhujian', 'kaifa', 'cehui']) {
    const desk = await browser.as(login)
    await browser.act(desk, id, '签收')
    await browser.act(desk, id, '反馈结果', async (page) => {
      await page.locator('#act-finding .el-radio').first().click()
      await opinion('已入户丈量，面积差额按协议补偿，居民认可。')(page)
    })
    await desk.context().close()
  }
  const outsider = await browser.as('zhifadui')
  await outsider.goto(`${demo.base}/matters/${id}`)
  await outsider.getByText('找不到').first().waitFor()

  // Checked on the spot, answered, evaluated.
  assert.equal(await browser.act(town, id, '派核实', opinion('请到现场核实补偿是否落实。')), '核实中')
  const worker = await browser.as('wanggeyuan')
  await browser.act(worker, id, '核实结果', async (page) => {
    await page.locator('#act-verdict .el-radio').first().click()
    await opinion('已到现场，居民表示问题当场解决。')(page)
  })
  const answered = await browser.act(town, id, '办结', async (page) => {
    await page.locator('#act-finding .el-radio').first().click()
    await opinion('四家单位已现场解决。')(page)
    await page.fill('#act-reply-in', '面积已现场丈量，差额按协议补偿，感谢您的反映。')
  })
  assert.equal(answered, '待评价')

  const resident = await browser.page({ width: 390, height: 844 })
  await resident.goto(`${demo.base}/follow`)
  await resident.fill('#follow-no-in', no)
  await resident.fill('#follow-code-in', code)
  await resident.click('#follow-look')
  await resident.getByText('差额按协议补偿').first().waitFor()
  await resident.locator('#follow-rating .el-radio').first().click()
  await resident.fill('#follow-words-in', '本以为耗时会很长，没想到这么快就解决了。')
  await resident.click('#follow-confirm')
  await resident.getByText('感谢您的评价').waitFor()

  // The trace names a person and a post at each step, and each judgement on its day.
  await town.goto(`${demo.base}/matters/${id}`)
  await town.getByText('已办结').first().waitFor()
  const steps = await browser.steps(town, id)
  assert.deepEqual(
    steps.map((s) => s.action),
    ['report', 'prehandle', 'escalate', 'escalate', 'call', ...['sign', 'feed_back', 'sign', 'feed_back', 'sign', 'feed_back', 'sign', 'feed_back'], 'order_check', 'check', 'settle', 'confirm'],
  )
  for (const step of steps) {
    assert.ok(step.who.name && step.who.title, `${step.action} names nobody`)
    assert.ok(step.held_ms >= 0, `${step.action} does not say how long it was held`)
  }
  assert.ok(steps.filter((s) => s.same_day !== undefined && s.same_day !== null).every((s) => s.same_day))
  assert.equal(steps.filter((s) => s.same_day).length, 4, 'unit, grid, community and town judged')

  // No page asked another host, and none broke.
  assert.deepEqual(browser.foreign, [])
  assert.deepEqual(browser.broken, [])
})
