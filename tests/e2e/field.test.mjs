// The field app on a phone: a unit head's day without a network and with a browser that is killed, a
// department that refuses, a resident who follows and has it done again, and both versions for axe.
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Demo } from './demo.mjs'
import { Desk, Line, Phone } from './phone.mjs'

let demo
let line
let phone
before(async () => {
  demo = await Demo.start()
  line = await Line.to(demo.base)
  phone = await Phone.take(line.base)
})
after(async () => {
  await phone?.stop()
  await line?.stop()
  await demo?.stop()
})
const state = (page, title) => page.locator('.entry', { hasText: title }).getAttribute('data-state')

test('a day of a unit head without a network loses nothing when the browser is killed and does nothing twice', { timeout: 240_000 }, async () => {
  await phone.signIn('danyuan')
  let { page } = phone
  // Once with a network: the app and its lists are on the phone from then on.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await phone.open('/report')
  await page.getByText('已选：').waitFor()
  await page.locator('summary').click()
  await page.locator('#f-category-in option').nth(5).waitFor({ state: 'attached' })
  await phone.open('/visits/new')
  await page.locator('#f-kind input').first().waitFor()

  line.cut()
  await phone.open('/report')
  await page.fill('#f-text-in', '二单元楼道灯坏了，晚上看不见。')
  await page.getByText('已选：').waitFor()
  await page.setInputFiles('#f-files-in', await phone.picture())
  await page.locator('.shots img').waitFor()
  await page.click('#f-send')
  await page.locator('.entry', { hasText: '二单元楼道灯坏了' }).waitFor()
  await page.getByText('连接不上服务器').first().waitFor()
  // A finding becomes a matter in one tap.
  await phone.open('/visits/new')
  await page.fill('#f-text-in', '巡查发现消防通道堆放旧家具，已劝住户清走。')
  await page.check('#f-found')
  await page.click('#f-send')
  await page.locator('.entry', { hasText: '消防通道' }).waitFor()
  // What is half written is kept too.
  await phone.open('/report')
  await page.fill('#f-text-in', '还没写完的一件事')
  await page.getByText('2 条待发送').waitFor()
  await page.waitForFunction(() => new Promise((yes) => {
    const asked = indexedDB.open('hangji-field')
    asked.onsuccess = () => {
      const all = asked.result.transaction('drafts').objectStore('drafts').getAll()
      all.onsuccess = () => { asked.result.close(); yes(all.result.some((one) => one.value.text === '还没写完的一件事')) }
    }
  }))

  await phone.kill()
  await phone.start()
  page = phone.page
  await phone.open('/outbox')
  await page.locator('.entry').nth(1).waitFor()
  assert.equal(await page.locator('.entry').count(), 2)
  assert.equal(await state(page, '二单元楼道灯坏了'), 'waiting')
  await phone.open('/report')
  await page.getByText('上次没写完的内容已恢复。').waitFor()
  assert.equal(await page.inputValue('#f-text-in'), '还没写完的一件事')

  // A browser that is killed may have lost its session with its last minute: signed in again, all goes out.
  line.mend()
  await phone.signIn('danyuan')
  await phone.sendAll()
  await phone.sendAll()
  const unit = await Desk.of(demo.base, 'danyuan')
  const lamps = await unit.find('二单元楼道灯坏了')
  assert.equal(lamps.length, 1)
  assert.equal((await unit.find('消防通道堆放旧家具')).length, 1)
  const lamp = await unit.call('GET', `/matters/${lamps[0].id}`)
  assert.equal(lamp.files.length, 1)
  const picture = await fetch(`${demo.base}/api/v1/files/${lamp.files[0].id}`, { headers: { Cookie: unit.cookie } })
  const bytes = Buffer.from(await picture.arrayBuffer())
  assert.equal(bytes.includes('Exif'), false)
  await phone.open(`/matters/${lamp.id}`)
  const size = await page.locator('.files img').first().evaluate(async (image) => {
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  })
  assert.deepEqual(size, [1600, 1200])

  // First handling without a network, while the grid says something: told, changed, sent.
  await page.locator('[data-action=prehandle]').waitFor()
  line.cut()
  const grid = await Desk.of(demo.base, 'wanggezhang')
  await grid.act(lamp.id, 'comment', { opinion: '物业说明天来换。' })
  await page.locator('[data-action=prehandle]').click()
  await page.locator('#act-finding label').last().click()
  await page.fill('#act-opinion-in', '线路坏了，单元换不了。')
  await page.click('#act-send')
  await page.getByText('“预处理”已填好，还没有发送。').waitFor()
  line.mend()
  await phone.open('/outbox')
  const entry = page.locator('.entry', { hasText: '预处理' })
  await entry.getByText('别人处理过这件事').waitFor()
  assert.equal(await state(page, '二单元楼道灯坏了'), 'conflict')
  await entry.getByRole('link', { name: '看最新情况' }).click()
  await page.getByText('物业说明天来换。').first().waitFor()
  await phone.open('/outbox')
  await entry.getByRole('button', { name: '改一改再提交' }).click()
  await page.locator('#act-opinion-in').waitFor()
  assert.equal(await page.inputValue('#act-opinion-in'), '线路坏了，单元换不了。')
  await page.click('#act-send')
  await page.getByText('网格处置').first().waitFor()

  // What ends at the unit wants a category and an answer, and the form says so at once.
  await phone.open('/report')
  await page.fill('#f-text-in', '外墙瓷砖松动，随时会掉。')
  await page.locator('summary').click()
  await page.check('#f-done')
  await page.locator('#f-finding label').first().click()
  await page.fill('#f-opinion-in', '已拉警戒线。')
  await page.click('#f-send')
  await page.locator('#f-reply .fault').waitFor()
  await page.fill('#f-reply-in', '已拉警戒线，住建部门明天来修。')
  await page.locator('#f-category-in').selectOption({ index: 1 })
  await page.click('#f-send')
  await page.locator('#done').getByText('编号').waitFor()
  assert.equal((await unit.find('外墙瓷砖松动')).length, 1)

  // What is refused is told in the server's words, and goes only by the person's hand.
  await phone.open('/visits/new')
  await page.fill('#f-text-in', '到社区走了一圈，路灯都亮。')
  await page.locator('#f-place .link').click()
  await page.fill('#f-place-in', '坂头')
  await page.click('#f-find')
  await page.locator('#f-place .choices button').first().click()
  await page.click('#f-send')
  const refused = page.locator('.entry', { hasText: '到社区走了一圈' })
  await refused.getByText('没有办成').waitFor()
  assert.ok((await refused.locator('.notice.bad li').first().textContent()).length > 4)
  await refused.getByRole('button', { name: '改一改再提交' }).click()
  await page.locator('#f-place .link').click()
  await page.locator('#f-own').selectOption({ index: 1 })
  await page.click('#f-send')
  await page.locator('#done').waitFor()
})

test('what one account wrote is never sent under another and signing out asks', { timeout: 120_000 }, async () => {
  const { page } = phone
  await phone.signIn('danyuan')
  await phone.open('/report')
  await page.getByText('已选：').waitFor()
  line.cut()
  await page.fill('#f-text-in', '路口井盖响，夜里吵人。')
  await page.click('#f-send')
  await page.locator('.entry', { hasText: '井盖' }).waitFor()
  line.mend()
  // The other one comes while it waits: the page is closed, so that nothing is sent in between.
  await page.goto('about:blank')
  const unit = await Desk.of(demo.base, 'danyuan')
  await phone.context.clearCookies()
  await phone.signIn('wanggeyuan')
  await phone.open('/outbox')
  await page.getByText('另一账号有 1 条未发送').waitFor()
  assert.equal(await page.getByText('井盖').count(), 0)
  assert.equal((await unit.find('路口井盖响')).length, 0)
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
  await phone.signIn('danyuan')
  await phone.sendAll()
  assert.equal((await unit.find('路口井盖响')).length, 1)
  line.cut()
  await phone.open('/report')
  await page.fill('#f-text-in', '水管漏水，路面结冰。')
  await page.click('#f-send')
  await page.locator('.entry', { hasText: '水管' }).waitFor()
  await phone.open('/me')
  await page.click('#sign-out')
  await page.getByText('还有 1 条没有发送').waitFor()
  await page.getByRole('button', { name: '先不退出' }).click()
  line.mend()
  await phone.sendAll()
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
})

test('a department refuses a task on the phone', { timeout: 120_000 }, async () => {
  const unit = await Desk.of(demo.base, 'danyuan')
  const [{ id: place }] = unit.me.posts.map((post) => post.area)
  const made = await unit.report({ text: '安置房面积与协议不符，请核查。', channel: 'field', address: '10号楼502室', unit: place, prehandle: { finding: 'cannot', opinion: '单元无法解决。' } })
  const grid = await Desk.of(demo.base, 'wanggezhang')
  await grid.act(made.id, 'escalate', { opinion: '网格协调不了。' })
  const community = await Desk.of(demo.base, 'shequ')
  await community.act(made.id, 'escalate', { opinion: '社区无力解决。' })
  const town = await Desk.of(demo.base, 'jiedao')
  const orgs = await town.call('GET', `/areas/${town.me.home}/callable`)
  const bureau = orgs.find((one) => one.name === '城厢区自然资源局')
  const [group] = await town.call('GET', '/categories')
  const called = await town.act(made.id, 'call', { lead: { org: bureau.id }, opinion: '请到现场核查。', category: group.categories[0].code, condition: String(group.categories[0].conditions[0].number) })
  assert.equal(called.state_word, '待签收')

  const { page } = phone
  await phone.signIn('ziran')
  await phone.open('/tasks')
  const card = page.locator('main a.card', { hasText: '安置房面积' })
  await card.getByText(/前签收/).waitFor()
  await card.click()
  await page.locator('[data-action=refuse]').click()
  // Without a reason it is not sent.
  await page.click('#act-send')
  await page.getByText('请填写退单理由和依据。').first().waitFor()
  await page.fill('#act-opinion-in', '房屋面积争议由住建部门管理，不属本单位职责。')
  await page.click('#act-send')
  await page.waitForURL((url) => url.pathname === `/m/matters/${made.id}`)
  await page.locator('.course').getByText('不属本单位职责').waitFor()
  const asked = await town.call('GET', `/matters/${made.id}`)
  assert.equal(asked.pending.length, 1)
  assert.equal(asked.pending[0].ask, 'refuse')
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
})

test('a town calls a lead and a co-handler on the phone without a network', { timeout: 180_000 }, async () => {
  const unit = await Desk.of(demo.base, 'danyuan')
  const [{ id: place }] = unit.me.posts.map((post) => post.area)
  const made = await unit.report({ text: '河道边堆满建筑垃圾，雨天会堵。', channel: 'field', address: '河道西侧', unit: place, prehandle: { finding: 'cannot', opinion: '单元清不走。' } })
  for (const [login, opinion] of [['wanggezhang', '网格清不走。'], ['shequ', '社区没有车辆。']]) await (await Desk.of(demo.base, login)).act(made.id, 'escalate', { opinion })

  const { page } = phone
  await phone.signIn('jiedao')
  // Once with a network: the matter and who may be called for it are on the phone from then on.
  await phone.open(`/matters/${made.id}/call`)
  await page.locator('#act-lead-in option').nth(3).waitFor({ state: 'attached' })
  await page.locator('#act-category-in option').nth(3).waitFor({ state: 'attached' })
  await phone.axe('a call')
  await page.click('#elder')
  await phone.axe('长辈版 a call')
  await page.click('#elder')
  line.cut()
  await phone.open(`/matters/${made.id}/call`)
  await page.fill('#act-lead .input[type=search]', '自然资源')
  await page.locator('#act-lead-in').selectOption(await page.locator('#act-lead-in option', { hasText: '城厢区自然资源局' }).getAttribute('value'))
  await page.fill('#act-lead .input[type=search]', '')
  const [co] = await page.locator('#act-lead-in-co option:not([value=""])').evaluateAll((all) => all.map((one) => ({ value: one.value, name: one.textContent })))
  await page.locator('#act-lead-in-co').selectOption(co.value)
  await page.locator('#act-lead li', { hasText: co.name.replace(/（.*/, '') }).waitFor()
  await page.click('#act-send')
  await page.locator('#act-opinion .fault').waitFor()
  await page.locator('#act-category-in').selectOption({ index: 1 })
  await page.fill('#act-opinion-in', '请牵头清运，会办单位配合。')
  await page.click('#act-send')
  await page.getByText('已填好，还没有发送').waitFor()
  line.mend()
  await phone.sendAll()
  const town = await Desk.of(demo.base, 'jiedao')
  const called = await town.call('GET', `/matters/${made.id}`)
  assert.deepEqual(called.tasks.map((task) => task.kind_word), ['主办', '会办'])
  assert.match(called.tasks[0].desk_name, /自然资源局/)
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
})

test('a resident without an account reports, follows, says that it is not solved, and sees who looked', { timeout: 120_000 }, async () => {
  const { page } = phone
  await phone.open('/')
  await page.getByRole('link', { name: /反映问题/ }).first().click()
  await page.fill('#f-text-in', '楼下烧烤摊油烟很大，开不了窗。')
  await page.fill('#f-place-in', '坂头')
  await page.click('#f-find')
  await page.locator('#f-place .choices button').first().click()
  await page.locator('summary').click()
  await page.fill('#f-phone-in', '13900000001')
  await page.click('#f-send')
  await page.locator('#done').getByText('查询码').first().waitFor()
  const [, no] = (await page.locator('#done').textContent()).match(/编号 (\S+?)(?=查询码)/)

  const clerk = await Desk.of(demo.base, 'shequ')
  const { rows } = await clerk.call('GET', '/matters?view=area&limit=50')
  const { id } = rows.find((row) => row.no === no)
  const desks = ['danyuan', 'wanggeyuan', 'wanggezhang', 'shequ']
  let done
  for (const login of desks) {
    const desk = await Desk.of(demo.base, login)
    const view = await fetch(`${demo.base}/api/v1/matters/${id}`, { headers: { Cookie: desk.cookie } })
    if (!view.ok || !(await view.json()).actions.some((one) => one.action === 'settle')) continue
    await desk.call('POST', `/matters/${id}/unmask`, { reason: '电话核实现场情况' })
    done = await desk.act(id, 'settle', { finding: 'solved', opinion: '已到现场劝导。', reply: '烧烤摊已搬走。', category: '0302', condition: '0' })
    break
  }
  assert.equal(done?.state_word, '待评价')

  await phone.open('/follow')
  await page.locator('.choices button', { hasText: '油烟' }).click()
  await page.getByText('烧烤摊已搬走。').waitFor()
  await page.getByText('电话核实现场情况').waitFor()
  await page.locator('#follow-rating label').last().click()
  await page.click('#follow-confirm')
  await page.getByText('请写明哪里还没有解决').first().waitFor()
  await page.fill('#follow-words-in', '晚上又来了。')
  await page.click('#follow-confirm')
  await page.getByText('这件事会自动重新办理一次').waitFor()
  const again = await clerk.call('GET', `/matters/${id}`)
  assert.equal(again.reopened, true)
})

test('what nobody wrote is read by no account that signs in on the same phone and goes out without its session', { timeout: 120_000 }, async () => {
  const { page } = phone
  await phone.open('/report')
  await page.fill('#f-text-in', '楼下井盖翘起来了，老人绊过一次。')
  await page.fill('#f-place-in', '坂头')
  await page.click('#f-find')
  await page.locator('#f-place .choices button').first().click()
  await page.click('#f-send')
  await page.locator('#done').getByText('查询码').first().waitFor()
  const [, code] = (await page.locator('#done').textContent()).match(/查询码 (\w+)/)
  const entry = new URL(page.url()).searchParams.get('entry')
  // One more that waits: no network now.
  line.cut()
  await phone.open('/report')
  await page.fill('#f-text-in', '公共厕所停水两天了。')
  await page.locator('#f-here').waitFor()
  await phone.context.grantPermissions(['geolocation'], { origin: line.base })
  await phone.context.setGeolocation({ longitude: 119.0, latitude: 25.43 })
  await page.click('#f-here')
  await page.getByText('已定位').waitFor()
  await page.click('#f-send')
  await page.locator('.entry', { hasText: '公共厕所' }).waitFor()
  await page.goto('about:blank')

  line.mend()
  // Whatever the server says of the place: without its owner's session it goes out, and is nobody's still.
  const sent = page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/public/reports'))
  await phone.signIn('wanggeyuan')
  assert.equal((await (await sent).allHeaders()).cookie, undefined)
  const asked = page.waitForRequest((one) => one.url().endsWith('/api/v1/me'))
  for (const path of ['/outbox', `/outbox?entry=${entry}`, '/follow', `/report?entry=${entry}`]) {
    await phone.open(path)
    await page.waitForLoadState('networkidle')
    const text = `${await page.locator('main').innerText()} ${await page.evaluate(() => [...document.querySelectorAll('input, textarea')].map((one) => one.value).join(' '))}`
    assert.equal(/井盖|公共厕所/.test(text) || text.includes(code), false, path)
  }
  assert.match((await (await asked).allHeaders()).cookie, /hangji_session/)
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
  await phone.open('/outbox')
  await page.getByText(`查询码 ${code}`).waitFor()
  await page.getByText('公共厕所').first().waitFor()
})

test('a page of somebody else says whose it is and where to go', { timeout: 180_000 }, async () => {
  const { page } = phone
  const said = { ziran: ['/m/tasks', ['/unit', '/visits', '/visits/new', '/errand', '/my']], jumin: ['/m/my', ['/unit', '/visits', '/errand', '/tasks', '/notices']], xitong: ['/m/me', ['/unit', '/visits', '/errand', '/tasks']] }
  for (const [login, [home, paths]] of Object.entries(said)) {
    await phone.signIn(login)
    assert.equal(new URL(page.url()).pathname, home)
    for (const path of paths) {
      await phone.open(path)
      await page.getByRole('heading', { name: '这一页不是给您用的' }).waitFor()
      assert.equal(await page.getByText('正在读取').count(), 0, `${login} ${path}`)
      await phone.axe(`${login} ${path}`)
    }
    await page.locator('#barred a').click()
    await page.waitForURL((url) => url.pathname === home)
    await phone.open('/me')
    await page.click('#sign-out')
    await page.waitForURL((url) => url.pathname === '/m/')
  }
})

test('a sign at a staircase opens the report with its place filled in', { timeout: 120_000 }, async () => {
  const clerk = await Desk.of(demo.base, 'shequ')
  const { rows: [sign] } = await clerk.call('GET', `/areas/${clerk.me.home}/signs?of=units&base=${line.base}&limit=1`)
  const { page } = phone
  const path = sign.link.slice(`${line.base}/m`.length)
  assert.ok(sign.link.startsWith(`${line.base}/m/report?place=unit-`))
  await phone.open(path)
  await page.getByText('已按二维码填好地点。').waitFor()
  await page.locator('#f-place .notice.good', { hasText: sign.title }).waitFor()
  await phone.axe('a sign that was read')
  await page.fill('#f-text-in', '楼道声控灯不亮了。')
  await page.click('#f-send')
  await page.locator('#done').getByText('编号').first().waitFor()
  const { rows } = await clerk.call('GET', '/matters?view=area&limit=50')
  const made = rows.find((row) => row.title.includes('楼道声控灯不亮'))
  const { trail } = await clerk.call('GET', `/matters/${made.id}`)
  assert.equal(trail.at(-1).name, sign.title)
  await phone.open('/report?place=unit-1')
  await page.getByText('这个二维码的地点已经停用').waitFor()
  await page.locator('#f-place-in').waitFor()
})

test('a resident enters from the app of the city by the token that it signed', { timeout: 60_000 }, async () => {
  const keeper = await Desk.of(demo.base, 'anquan')
  const { key } = await keeper.call('PUT', '/entry-apps/huiminbao', { name: '惠民宝', enabled: true })
  const now = Math.floor(Date.now() / 1000)
  const claims = Buffer.from(JSON.stringify({ sub: 'resident-7', name: '陈某', iat: now, exp: now + 200, jti: randomUUID() })).toString('base64url')
  const mac = createHmac('sha256', key).update(`huiminbao.${claims}`).digest('base64url')
  const { page } = phone
  await phone.open(`/enter#token=huiminbao.${claims}.${mac}`)
  await page.getByText('您还没有反映过问题。').waitFor()
  assert.equal(page.url(), `${line.base}/m/my`)
  await phone.open('/me')
  await page.click('#sign-out')
  await page.waitForURL((url) => url.pathname === '/m/')
  await phone.open(`/enter#token=huiminbao.${claims}.${mac}`)
  await page.getByText('没能自动登录').waitFor()
})

test('both versions pass axe, fit 320 pixels, and ask nobody else for anything', { timeout: 240_000 }, async () => {
  const { page } = phone
  const open = ['/', '/report', '/follow', '/sign-in', '/large']
  const staff = ['/tasks', '/tasks?view=mine', '/report', '/visits', '/visits/new', '/errand', '/notices', '/unit', '/outbox', '/me', '/looks']
  const round = async (paths, version) => {
    for (const path of paths) {
      await phone.open(path)
      await page.waitForLoadState('networkidle')
      await phone.axe(`${version} ${path}`)
    }
  }
  const both = async (paths) => {
    await round(paths, 'standard')
    await page.click('#elder')
    await page.setViewportSize({ width: 320, height: 640 })
    await round(paths, '长辈版')
    // Thumbs find everything, and the letters are at least 18 dp.
    const small = await page.evaluate(() => [...document.querySelectorAll('.head button, .tabs a, .plain, .go')].filter((one) => one.getBoundingClientRect().height < 60).map((one) => one.textContent))
    assert.deepEqual(small, [])
    assert.ok(await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize)) >= 18)
    await page.click('#elder')
    await page.setViewportSize({ width: 390, height: 844 })
  }
  await both(open)
  await phone.signIn('danyuan')
  await both(staff)
  const unit = await Desk.of(demo.base, 'danyuan')
  const { rows } = await unit.call('GET', '/matters?view=mine&limit=1')
  await both([`/matters/${rows[0].id}`])
  await phone.open('/large')
  await page.getByText('长辈版', { exact: true }).last().click()
  await page.getByText('最大').click()
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).fontSize), '30px')
  await phone.axe('the largest letters')
  assert.deepEqual(phone.foreign, [])
  assert.deepEqual(phone.broken, [])
})
