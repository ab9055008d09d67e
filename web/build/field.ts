// What the field app needs of the build: no foreign font, its pages in development, and its service
// worker with the list of the files that make it open without a network.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Files of `public/` that belong to the shell. */
const STILL = ['m/manifest.webmanifest', 'm/icon-192.png']
const PAGE = 'm/index.html'

interface Chunk { type: string; fileName: string; facadeModuleId?: string | null; imports?: string[]; dynamicImports?: string[]; viteMetadata?: { importedCss: Set<string> } }

/** The files that the page of the app loads, now and later, and those that it loads at once. */
export function reach(bundle: Record<string, Chunk>, page: string): { all: string[]; first: string[] } {
  const first = new Set<string>()
  const all = new Set<string>()
  const walk = (name: string, into: Set<string>, later: boolean) => {
    const chunk = bundle[name]
    if (!chunk || into.has(name)) return
    into.add(name)
    for (const css of chunk.viteMetadata?.importedCss ?? []) into.add(css)
    for (const next of chunk.imports ?? []) walk(next, into, later)
    if (later) for (const next of chunk.dynamicImports ?? []) walk(next, into, later)
  }
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk' || !chunk.facadeModuleId?.endsWith(page)) continue
    walk(chunk.fileName, first, false)
    walk(chunk.fileName, all, true)
  }
  return { all: [...all].sort(), first: [...first].sort() }
}

export function field(): Plugin {
  return {
    name: 'hangji-field',
    enforce: 'pre',
    transform(code, id) {
      // The icon font of Vant names a foreign host; the app draws its icons itself.
      if (!/vant.*\.css/.test(id) || !code.includes('@font-face')) return undefined
      return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null }
    },
    configureServer(server) {
      server.middlewares.use((request, _answer, next) => {
        const path = (request.url ?? '').split('?')[0]!
        if (/^\/m(\/|$)/.test(path) && !/\.\w+$/.test(path)) request.url = `/${PAGE}`
        next()
      })
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const { all, first } = reach(bundle as unknown as Record<string, Chunk>, PAGE)
        if (!all.length) return
        const files = [...all, ...STILL].map((name) => `/${name}`)
        // The page itself is asked for by the address under which it is shown.
        const page = bundle[PAGE]
        const seed = `${files.join('\n')}${page && 'source' in page ? String(page.source) : ''}`
        const version = createHash('sha256').update(seed).digest('hex').slice(0, 12)
        const worker = readFileSync(new URL('../field/sw.js', import.meta.url), 'utf8')
        const source = worker.replace("'__VERSION__'", JSON.stringify(version)).replace("'__FILES__'", JSON.stringify(['/m/', ...files]))
        this.emitFile({ type: 'asset', fileName: 'm/sw.js', source })
        this.emitFile({ type: 'asset', fileName: 'm/files.json', source: JSON.stringify({ first, all }) })
      },
    },
  }
}
