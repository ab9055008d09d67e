import { expect, test } from 'vitest'

const files = import.meta.glob<string>('../src/**/*.vue', { query: '?raw', import: 'default', eager: true })

test('a page that has v-table brings the directive, else its cards on a phone have no words', () => {
  const used = Object.entries(files).filter(([, text]) => text.includes('v-table'))
  expect(used.length).toBeGreaterThan(10)
  const without = used.filter(([, text]) => !/import \{ vTable \} from/.test(text))
  expect(without.map(([name]) => name)).toEqual([])
})
