import { uuid } from './uuid'

/**
 * The Idempotency-Key of a form: the same content sent again (after a broken connection) keeps its
 * key, so that the server does it once; changed content is a new command.
 */
export function idempotency(): (content: unknown) => string {
  let key = ''
  let seen = ''
  return (content) => {
    const text = JSON.stringify(content)
    if (!key || text !== seen) {
      key = uuid()
      seen = text
    }
    return key
  }
}
