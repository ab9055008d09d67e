import type { Assessment, AssessmentResult } from '@shared/assessment'
import { zh } from '@shared/words'

const missing = zh.assessments.missing

export interface OpeningForm { area: string; scheme: string; name: string; from: string; to: string }

/** What is wrong with a period that is to be set up, at the fields. */
export function openingFaults(form: OpeningForm): Record<string, string> {
  const found: Record<string, string> = {}
  if (!form.area) found.area = missing.area
  if (!form.scheme) found.scheme = missing.scheme
  if (!form.name.trim()) found.name = missing.name
  if (!form.from) found.from = missing.from
  if (!form.to || form.to < form.from) found.to = missing.to
  return found
}

/** The colour of a state. */
export const stateColour = (state: string) => ({ open: '', drafted: 'blue', published: 'amber', frozen: 'green' })[state] ?? ''

/** What speaks against taking the points for the work, as chips; nothing where there is nothing. */
export function watchChips(one: Pick<AssessmentResult, 'watch'>): string[] {
  const { unheard, concerned, failed, checked } = one.watch
  const chips: string[] = []
  if (unheard) chips.push(zh.assessments.unheardChip(unheard, concerned))
  if (failed) chips.push(zh.assessments.failedChip(failed, checked))
  return chips
}

/** The name of an indicator in the period's scheme. */
export function indicatorName(assessment: Pick<Assessment, 'scheme'>, code: string): string {
  return assessment.scheme.indicators.find((one) => one.code === code)?.name ?? code
}
