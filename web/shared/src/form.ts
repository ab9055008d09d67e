import type { ActionForm, Available } from './types'
import { coreWords as zh } from './core-words'

/** A field of an action's form. The order of the list is the order on the page. */
export interface Field {
  name: keyof ActionForm
  kind: 'text' | 'reply' | 'finding' | 'category' | 'call' | 'area' | 'until' | 'verdict' | 'rating' | 'matter' | 'slot' | 'files' | 'person' | 'co' | 'part' | 'session'
  label: string
  help?: string
  required: boolean
}

/** What the form needs to know about the matter it acts on. */
export interface FormContext {
  /** The matter has a category already: then the choice is a correction, not a duty. */
  hasCategory: boolean
}

/** Actions whose opinion is the reason or the answer itself get their own words. */
function opinionLabel(action: string): string {
  return zh.form.opinionOf[action] ?? zh.form.opinion
}

/** The fields of the form of an action, from the `needs` and `slots` the server returned. */
export function fieldsOf(available: Available, context: FormContext): Field[] {
  const needs = new Set(available.needs)
  const fields: Field[] = []
  if ((available.slots?.length ?? 0) > 1) {
    fields.push({ name: 'task', kind: 'slot', label: zh.form.slot, required: true })
  }
  // A first handling may end the matter: then it wants a category and an answer like any ending.
  const mayEnd = needs.has('result') && available.action === 'prehandle'
  if (needs.has('category') || (mayEnd && !context.hasCategory)) {
    const required = needs.has('category') && (!context.hasCategory || available.action === 'classify')
    fields.push({ name: 'category', kind: 'category', label: zh.form.category, help: zh.form.categoryHelp, required })
  }
  if (needs.has('verdict')) fields.push({ name: 'verdict', kind: 'verdict', label: zh.form.verdict, required: true })
  if (needs.has('result')) fields.push({ name: 'finding', kind: 'finding', label: zh.form.finding, required: true })
  if (needs.has('area')) fields.push({ name: 'area', kind: 'area', label: zh.form.area, required: true })
  if (needs.has('tasks')) fields.push({ name: 'lead', kind: 'call', label: zh.form.lead, required: true })
  if (needs.has('part')) fields.push({ name: 'part', kind: 'part', label: zh.form.part, help: zh.form.partHelp, required: true })
  if (needs.has('session')) fields.push({ name: 'session', kind: 'session', label: zh.mediation.sessions, required: true })
  if (needs.has('co')) fields.push({ name: 'co', kind: 'co', label: zh.form.coAsked, required: true })
  if (needs.has('person')) fields.push({ name: 'person', kind: 'person', label: zh.form.person, help: zh.form.personHelp, required: true })
  if (needs.has('until')) fields.push({ name: 'until', kind: 'until', label: zh.form.until, help: zh.form.untilHelp, required: true })
  if (needs.has('other')) fields.push({ name: 'other', kind: 'matter', label: zh.form.other, help: zh.form.otherHelp, required: true })
  if (needs.has('rating')) fields.push({ name: 'rating', kind: 'rating', label: zh.form.rating, required: true })
  if (needs.has('opinion')) {
    fields.push({ name: 'opinion', kind: 'text', label: opinionLabel(available.action), help: zh.form.opinionHelp, required: true })
  } else if (needs.has('rating')) {
    fields.push({ name: 'opinion', kind: 'text', label: zh.form.ratingWords, required: false })
  }
  if (needs.has('reply')) fields.push({ name: 'reply', kind: 'reply', label: zh.form.reply, help: zh.form.replyHelp, required: true })
  else if (mayEnd) fields.push({ name: 'reply', kind: 'reply', label: zh.form.reply, help: zh.form.replyWhenDone, required: false })
  if (needs.has('opinion') || needs.has('files')) fields.push({ name: 'files', kind: 'files', label: needs.has('files') ? zh.start.filesNeeded : zh.form.files, required: needs.has('files') })
  return fields
}

const IN_BULK = new Set(['opinion', 'reply', 'result', 'category', 'tasks', 'verdict'])

/** Whether several matters can take the action with one form. */
export function inBulk(available: Available): boolean {
  return !available.fields?.length && available.needs.every((need) => IN_BULK.has(need)) && (available.slots?.length ?? 0) <= 1
}

/** Whether the action is done with one press and a word of confirmation. */
export function isOneTap(available: Available): boolean {
  return available.needs.length === 0 && !available.fields?.length && (available.slots?.length ?? 0) <= 1
}

/** What is done less often than judging and handling: remarks, reminders, corrections. They stand apart. */
export const LESS = new Set(['comment', 'urge', 'join', 'claim', 'classify', 'tag', 'rate_risk', 'supervise', 'archive', 'withdraw', 'void', 'merge', 'waive', 'ask_extension', 'ask_suspension', 'recall', 'recall_task', 'split', 'transfer', 'countersign_all', 'countersign_any', 'countersign_two'])

/** Checks what can be checked here; the server checks again. Field name to sentence. */
export function checkForm(fields: Field[], form: ActionForm): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const field of fields) {
    if (field.kind === 'person' && !isEmpty(form.org)) continue
    if (field.required && isEmpty(form[field.name])) faults[field.name] = zh.form.missing(field)
  }
  if (form.lead && form.co?.some((one) => one.org === form.lead?.org)) faults.lead = zh.form.leadTwice
  return faults
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return !value.some((one: unknown) => one && (typeof one !== 'object' || (one as { org?: string }).org !== ''))
  if (typeof value === 'object' && 'record' in value) return false
  if (typeof value === 'object' && 'text' in value) return String(value.text).trim() === ''
  if (typeof value === 'object') return !(value as { org?: string }).org
  return false
}

/** Checks the action's own fields; the server checks again. `fields.code` to sentence. */
export function checkOwn(available: Available, form: ActionForm): Record<string, string> {
  const lacking = (available.fields ?? []).filter((one) => one.required && !form.fields?.[one.code]?.trim())
  return Object.fromEntries(lacking.map((one) => [`fields.${one.code}`, one.kind === 'text' ? `请填写${one.name}。` : `请选择${one.name}。`]))
}

/** The action's own fields that have a value; none where there are none. */
export function ownFields(available: Available, form: ActionForm): Pick<ActionForm, 'fields'> {
  const filled = (available.fields ?? []).flatMap((one) => {
    const value = form.fields?.[one.code]?.trim()
    return value ? [[one.code, value] as const] : []
  })
  return filled.length ? { fields: Object.fromEntries(filled) } : {}
}

/** The form as it is sent: only fields that the form shows and that have a value. */
export function toSend(fields: Field[], form: ActionForm, slots: number[] | null | undefined): ActionForm {
  const out: Record<string, unknown> = {}
  for (const field of fields) {
    const value = form[field.name]
    if (isEmpty(value)) continue
    out[field.name] = typeof value === 'string' ? value.trim() : value
  }
  if (fields.some((field) => field.kind === 'person') && !isEmpty(form.org)) out.org = form.org
  if (out.category && form.condition !== undefined) out.condition = form.condition
  if (out.lead && form.co?.length) out.co = form.co
  // With a single task there is nothing to choose, but the server may still ask which.
  if (out.task === undefined && slots?.length === 1 && slots[0]) out.task = slots[0]
  return out as ActionForm
}

/** A title of a report: its first sentence, cut at a readable length. */
export function titleOf(text: string, longest = 24): string {
  const first = text.trim().split(/[。！？!?；;\n]/)[0]?.trim() ?? ''
  return [...first].length > longest ? `${[...first].slice(0, longest).join('')}…` : first
}
