import { expect, test } from 'vitest'
import { vTable } from '../src/table'

const files = import.meta.glob<string>('../src/**/*.vue', { query: '?raw', import: 'default', eager: true })

test('a page that has v-table brings the directive, else its cards on a phone have no words', () => {
  const used = Object.entries(files).filter(([, text]) => text.includes('v-table'))
  expect(used.length).toBeGreaterThan(10)
  const without = used.filter(([, text]) => !/import \{ vTable \} from/.test(text))
  expect(without.map(([name]) => name)).toEqual([])
})

test('a table within a cell keeps its own words, and a cell across the columns has none', () => {
  const box = document.createElement('div')
  box.className = 'stack'
  box.innerHTML = '<table><thead><tr><th>对象</th><th>总分</th></tr></thead><tbody><tr><td>甲</td><td>90</td></tr><tr><td colspan="2"><div class="stack"><table><thead><tr><th>指标</th></tr></thead><tbody><tr><td>办结率</td></tr></tbody></table></div></td></tr></tbody></table>'
  const dress = vTable as { mounted: (box: HTMLElement) => void }
  dress.mounted(box.querySelector<HTMLElement>('.stack')!)
  dress.mounted(box)
  expect([...box.querySelectorAll('td')].map((cell) => cell.getAttribute('data-label'))).toEqual(['对象', '总分', '', '指标'])
})
