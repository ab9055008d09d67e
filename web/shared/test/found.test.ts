import { expect, test } from 'vitest'
import { pieces } from '../src/found'

const shown = (text: string, words: string) => pieces(text, words).map((one) => (one.hit ? `[${one.text}]` : one.text)).join('')

test('words are marked wherever they stand, whatever their case and width', () => {
  expect(shown('３号楼的WiFi坏了，3号楼', '3号楼 wifi')).toBe('[３号楼]的[WiFi]坏了，[3号楼]')
  expect(shown('井盖破损', '路灯')).toBe('井盖破损')
  expect(shown('路路路', '路路')).toBe('[路路路]')
  expect(shown('', '路灯')).toBe('')
})
