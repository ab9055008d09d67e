// Writes a .br and a .gz beside every text file of dist, so that the server never compresses at run time.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist', import.meta.url).pathname
const text = /\.(html|js|mjs|css|svg|json|webmanifest|txt)$/
/** Below this a packed file does not save a network packet. */
const smallest = 1024
/** The field app is used on old phones and bad networks. */
const FIELD_KB = 150

// What a phone loads before the first page of the field app is shown; the list itself is not served.
const list = join(dist, 'm/files.json')
const { first } = JSON.parse(readFileSync(list, 'utf8'))
rmSync(list)

let files = 0
let before = 0
let after = 0
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name)
  if (!text.test(name) || statSync(path).size < smallest) continue
  const bytes = readFileSync(path)
  const packed = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: bytes.length > 400_000 ? 9 : 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  writeFileSync(`${path}.br`, packed)
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  files += 1
  before += bytes.length
  after += packed.length
}
const kilobytes = Math.round(first.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0) / 1024)
if (kilobytes > FIELD_KB) throw new Error(`the field app loads ${kilobytes} kB at once; at most ${FIELD_KB} kB are allowed. Load what is new later, by import().`)
console.log(`field app: ${kilobytes} kB gzip at once`)
console.log(`${files} files compressed, ${Math.round(before / 1024)} kB -> ${Math.round(after / 1024)} kB brotli`)
