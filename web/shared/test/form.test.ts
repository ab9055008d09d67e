import { describe, expect, it } from 'vitest'
import { checkForm, fieldsOf, isOneTap, titleOf, toSend } from '../src/form'
import type { ActionForm, Available } from '../src/types'

const action = (code: string, needs: string[], slots: number[] = []): Available => ({ action: code, name: code, help: '', needs, slots })
const names = (available: Available, hasCategory = false) => fieldsOf(available, { hasCategory }).map((field) => field.name)

describe('a form made from needs', () => {
  it('has a field for every need and files beside an opinion', () => {
    expect(names(action('settle', ['opinion', 'reply', 'result', 'category']))).toEqual(['category', 'finding', 'opinion', 'reply', 'files'])
    expect(names(action('call', ['opinion', 'category', 'tasks']))).toEqual(['category', 'lead', 'opinion', 'files'])
    expect(names(action('ask_suspension', ['opinion', 'until']))).toEqual(['until', 'opinion', 'files'])
    expect(names(action('merge', ['opinion', 'other']))).toEqual(['other', 'opinion', 'files'])
    expect(names(action('confirm', ['rating']))).toEqual(['rating', 'opinion'])
  })
  it('asks for the task only when there are several', () => {
    expect(names(action('feed_back', ['opinion', 'result'], [2]))).not.toContain('task')
    expect(names(action('feed_back', ['opinion', 'result'], [1, 2]))[0]).toBe('task')
  })
  it('does not demand a category that the matter has, except to correct it', () => {
    const required = (available: Available) => fieldsOf(available, { hasCategory: true }).find((field) => field.name === 'category')?.required
    expect(required(action('undertake', ['opinion', 'category']))).toBe(false)
    expect(required(action('classify', ['category']))).toBe(true)
  })
  it('names the opinion after what it is for', () => {
    const label = (code: string) => fieldsOf(action(code, ['opinion']), { hasCategory: true })[0]?.label
    expect(label('refuse')).toBe('退单理由和依据')
    expect(label('settle')).toBe('办理意见')
  })
  it('is one press when nothing is needed', () => {
    expect(isOneTap(action('claim', []))).toBe(true)
    expect(isOneTap(action('sign', [], [3]))).toBe(true)
    expect(isOneTap(action('sign', [], [3, 4]))).toBe(false)
    expect(isOneTap(action('comment', ['opinion']))).toBe(false)
  })
})

describe('checking and sending', () => {
  const call = fieldsOf(action('call', ['opinion', 'category', 'tasks']), { hasCategory: true })
  it('finds what is missing, blanks included', () => {
    expect(checkForm(call, { opinion: '   ' })).toEqual({ lead: '请选择主办单位。', opinion: '请填写研判意见。' })
  })
  it('accepts a no as an answer', () => {
    const decide = fieldsOf(action('decide', ['opinion', 'verdict']), { hasCategory: true })
    expect(checkForm(decide, { opinion: '不同意', verdict: false })).toEqual({})
  })
  it('does not let the lead be a co-handler', () => {
    const form: ActionForm = { opinion: '请办', lead: { org: '7' }, co: [{ org: '8' }, { org: '7' }] }
    expect(checkForm(call, form)).toHaveProperty('lead')
  })
  it('sends only what the form showed, trimmed', () => {
    const form: ActionForm = { opinion: ' 请牵头 ', reply: '不该发出', lead: { org: '7', limit: '3工作日' }, co: [{ org: '8' }], category: '0102', condition: '0' }
    expect(toSend(call, form, [])).toEqual({ opinion: '请牵头', lead: { org: '7', limit: '3工作日' }, co: [{ org: '8' }], category: '0102', condition: '0' })
  })
  it('names the only task by itself', () => {
    const fields = fieldsOf(action('feed_back', ['opinion', 'result'], [2]), { hasCategory: true })
    expect(toSend(fields, { opinion: '已办', finding: 'solved' }, [2])).toEqual({ opinion: '已办', finding: 'solved', task: 2 })
    expect(toSend(fields, { opinion: '已办' }, [0])).not.toHaveProperty('task')
  })
})

describe('the title of a report', () => {
  it('is its first sentence', () => {
    expect(titleOf('3 号楼下水道堵塞。污水外溢，影响出行。')).toBe('3 号楼下水道堵塞')
    expect(titleOf('  路灯不亮\n昨晚开始 ')).toBe('路灯不亮')
    expect(titleOf('')).toBe('')
  })
  it('is cut where it would not fit', () => {
    expect(titleOf('一'.repeat(40))).toBe(`${'一'.repeat(24)}…`)
  })
})
