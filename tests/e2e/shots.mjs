// A picture of every route of the interface, for fitting accounts, at three sizes: `cargo xtask shots`.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Browser, Demo } from './demo.mjs'

const SIZES = [[1366, 768], [390, 844], [1920, 1080]]
const folder = process.argv[2]

/** Who looks at a page; what is named nowhere is looked at by the town's dispatcher. */
const WHO = {
  '/sign-in': [''], '/phone': [''], '/embed': [''], '/follow': [''], '/announcements': [''], '/report': [''],
  '/my': ['jumin'], '/my/report': ['jumin'], '/my/looks': ['jumin'], '/my/account': ['jumin'],
  '/home': ['danyuan', 'wanggezhang', 'shequ', 'jiedao', 'jiedaolingdao', 'qu', 'ziran', 'jijian', 'xitong', 'anquan', 'shenji'],
  '/queue': ['danyuan', 'jiedao', 'ziran'],
  '/register': ['danyuan', 'jiedao'],
  '/admissions': ['ziran', 'qu'], '/assessments': ['qu', 'wanggezhang'], '/assessments/:id': ['qu'],
  '/assessments/:id/sheet/:no': ['qu'], '/stations': ['ziran'], '/evidence': ['jijian'], '/library': ['danyuan', 'jiedao'],
  '/matters/:id/agreement/:no': ['shequ'], '/certificates': ['shequ'], '/certificates/:id': ['shequ'], '/visits': ['danyuan', 'shequ'],
  '/jobs': ['xitong'], '/senders': ['xitong'], '/parameters': ['xitong'], '/accounts': ['xitong', 'anquan'], '/tokens': ['anquan'],
  '/audit': ['shenji'], '/sign-ins': ['shenji'], '/burden/:area?': ['qu'], '/grids/:area?': ['qu'], '/whole/:area?': ['xitong'],
}

/** The first of a list of the interface that fits. */
const first = async (page, path, fits) => {
  const body = await page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path)
  return (body.rows ?? body).find(fits ?? (() => true))
}
const home = (page) => page.evaluate(async () => (await (await fetch('/api/v1/me')).json()).home)
/** Routes with a value in them: examples of it, by whoever looks. A new one that is not here fails. */
const EXAMPLES = {
  // Reached from an identity provider only, and from a resident's own report.
  '/sign-in/from/:code': async () => [],
  '/my/reports/:id': async () => [],
  '/matters/:id': async (page) => [`/matters/${(await first(page, '/matters?view=area')).id}`],
  '/matters/:id/sheet': async (page) => [`/matters/${(await first(page, '/matters?view=area')).id}/sheet`],
  '/matters/:id/agreement/:no': async (page) => [`/matters/${(await first(page, '/matters?view=area&limit=100', (one) => one.state === 'visited' || one.state === 'agreed')).id}/agreement/1`],
  '/registers/:group/:area?': async () => ['party', 'joint', 'staff', 'powers', 'supervision'].map((group) => `/registers/${group}`),
  '/records/:id': async (page) => [`/records/${(await first(page, `/registers/inspection/records?area=${await home(page)}`)).id}`],
  '/departures/:post': async () => [],
  '/notices/:id': async (page) => [`/notices/${(await first(page, '/notices?view=sent')).id}`],
  '/assessments/:id': async (page) => [`/assessments/${(await first(page, '/assessments', (one) => one.state === 'frozen')).id}`],
  '/assessments/:id/sheet/:no': async (page) => [`/assessments/${(await first(page, '/assessments', (one) => one.state === 'drafted')).id}/sheet/1`],
  '/certificates/:id': async (page) => [`/certificates/${(await first(page, `/areas/${await home(page)}/certificates`)).id}`],
}

/** The routes as the router names them: a child stands deeper than its parent. */
async function routes() {
  const text = await readFile('web/console/src/router.ts', 'utf8')
  const found = []
  let parent = ''
  for (const line of text.split('\n')) {
    const route = line.match(/^(\s+)(?:\{ )?path: '([^']*)'/)
    if (!route) continue
    const [, indent, path] = route
    const full = indent.length > 6 ? `${parent}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1') : path
    if (/^\s+path:/.test(line)) parent = path
    else if (!/redirect|:rest/.test(line)) found.push(full)
  }
  return found
}

const demo = await Demo.start(40)
const browser = await Browser.start(demo.base)
let taken = 0
try {
  const all = await routes()
  if (all.length < 40) throw new Error(`only ${all.length} routes were read from the router`)
  for (const [width, height] of SIZES) {
    await mkdir(join(folder, `${width}`), { recursive: true })
    const pages = {}
    for (const route of all) {
      for (const login of WHO[route] ?? ['jiedao']) {
        const page = (pages[login] ??= await (login ? browser.as(login, { width, height }) : browser.page({ width, height })))
        const plain = route.replace(/\/:[a-z]+\?/g, '')
        if (plain.includes(':') && !EXAMPLES[route]) throw new Error(`no example for ${route}: add one in tests/e2e/shots.mjs`)
        for (const path of EXAMPLES[route] ? await EXAMPLES[route](page) : [plain]) {
          await page.goto(`${demo.base}${path}`)
          await page.locator('#app :is(h1, h2, p, form):visible').first().waitFor()
          await page.waitForLoadState('networkidle')
          const name = [path.slice(1).replace(/\d{6,}/g, 'one').replaceAll('/', '.') || 'root', login].filter(Boolean).join('-')
          await page.screenshot({ path: join(folder, `${width}`, `${name}.png`), fullPage: true })
          taken += 1
        }
      }
    }
    for (const page of Object.values(pages)) await page.context().close()
  }
} finally {
  await browser.stop()
  await demo.stop()
}
console.log(`${taken} pictures in ${folder}`)
if (browser.broken.length) throw new Error(browser.broken.join('\n'))
