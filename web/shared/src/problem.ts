import type { FieldProblem, ProblemBody } from './types'
import { coreWords as zh } from './core-words'

/** Why a request was not done, with sentences for the person. Every failed request throws one. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly problems: FieldProblem[]
  readonly requestId: string | undefined
  readonly body: ProblemBody | undefined

  constructor(status: number, body?: ProblemBody) {
    super(body?.detail || zh.problem.byStatus(status))
    this.name = 'Problem'
    this.status = status
    this.code = body?.code ?? ''
    this.problems = body?.problems ?? []
    this.requestId = body?.request_id ?? undefined
    this.body = body
  }

  /** No answer came: the network is down or the server is restarting. */
  get offline(): boolean {
    return this.status === 0
  }

  /** The person decided on an outdated version. */
  get stale(): boolean {
    return this.status === 412
  }

  /** Whether sending the very same request again may succeed. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Any thrown value as a `Problem`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0)
}

/**
 * Splits the problems of an answer into those a form can show at its own fields and the rest.
 * `known` are the names of the form's fields. The server may name a deeper field
 * (`reporter.phone`, `co.0.limit`) than the form has (`reporter.phone`, `co`): the longest known
 * prefix wins, so that no message is ever lost.
 */
export function placeProblems(
  problem: Problem,
  known: readonly string[],
): { fields: Record<string, string>; rest: string[] } {
  const fields: Record<string, string> = {}
  const rest: string[] = []
  for (const one of problem.problems) {
    const field = longestPrefix(one.field, known)
    if (field === undefined) rest.push(one.message)
    else fields[field] = fields[field] ? `${fields[field]} ${one.message}` : one.message
  }
  if (problem.problems.length === 0) rest.push(problem.message)
  return { fields, rest }
}

function longestPrefix(field: string, known: readonly string[]): string | undefined {
  const parts = field.replace(/\[(\w+)\]/g, '.$1').split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('.')
    if (known.includes(name)) return name
  }
  return undefined
}
