import { afterEach, describe, expect, it, vi } from 'vitest'
import { request, whenSignedOut } from '../src/http'
import { placeProblems, Problem, toProblem } from '../src/problem'

const problem = (problems: { field: string; code: string; message: string }[]) => new Problem(422, { status: 422, code: 'invalid', detail: '有问题', problems })
const caught = async (promise: Promise<unknown>): Promise<Problem> => promise.then(() => { throw new Error('did not fail') }, toProblem)

describe('problems at their fields', () => {
  it('go to the field they name', () => {
    const placed = placeProblems(problem([{ field: 'opinion', code: 'empty', message: '请填写意见。' }]), ['opinion', 'reply'])
    expect(placed).toEqual({ fields: { opinion: '请填写意见。' }, rest: [] })
  })
  it('go to the nearest field that holds the named part', () => {
    const placed = placeProblems(problem([{ field: 'co.0.limit', code: 'limit', message: '时限不对。' }, { field: 'lead[0].org', code: 'x', message: '单位不对。' }]), ['co', 'lead'])
    expect(placed.fields).toEqual({ co: '时限不对。', lead: '单位不对。' })
  })
  it('are all said when a field has several', () => {
    const placed = placeProblems(problem([{ field: 'reply', code: 'a', message: '甲。' }, { field: 'reply', code: 'b', message: '乙。' }]), ['reply'])
    expect(placed.fields.reply).toBe('甲。 乙。')
  })
  it('are never lost when no field fits', () => {
    expect(placeProblems(problem([{ field: 'version', code: 'x', message: '请刷新。' }]), ['opinion']).rest).toEqual(['请刷新。'])
    expect(placeProblems(new Problem(409, { status: 409, code: 'conflict', detail: '已经办结。' }), []).rest).toEqual(['已经办结。'])
  })
})

describe('a request', () => {
  afterEach(() => vi.unstubAllGlobals())
  const answer = (status: number, body: unknown, type = 'application/problem+json') =>
    vi.stubGlobal('fetch', vi.fn(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': type } })))
  const sent = () => (fetch as unknown as { mock: { calls: [string, RequestInit][] } }).mock.calls[0]!

  it('carries the version, the key and the mark against forged requests', async () => {
    answer(200, { id: '1' }, 'application/json')
    await request('POST', '/matters/1/actions/claim', { body: {}, version: 7, idempotencyKey: 'k' })
    const [url, init] = sent()
    const headers = new Headers(init.headers)
    expect(url).toBe('/api/v1/matters/1/actions/claim')
    expect([headers.get('If-Match'), headers.get('Idempotency-Key'), headers.get('X-Hangji')]).toEqual(['"v7"', 'k', '1'])
  })
  it('leaves empty parameters out of the address', async () => {
    answer(200, {}, 'application/json')
    await request('GET', '/matters', { query: { view: 'queue', q: '', open: true, overdue: false, cursor: null } })
    expect(sent()[0]).toBe('/api/v1/matters?view=queue&open=1')
    expect(new Headers(sent()[1].headers).has('X-Hangji')).toBe(false)
  })
  it('fails with the words of the server', async () => {
    answer(412, { status: 412, code: 'stale', detail: '别人刚刚处理过。', request_id: 'r1' })
    const failure = await caught(request('POST', '/x'))
    expect([failure.stale, failure.message, failure.requestId, failure.retryable]).toEqual([true, '别人刚刚处理过。', 'r1', false])
  })
  it('fails with own words when a proxy answers with a page', async () => {
    answer(503, '<html>', 'text/html')
    const failure = await caught(request('GET', '/x'))
    expect(failure.message).toContain('服务器正忙')
    expect(failure.retryable).toBe(true)
  })
  it('says that the connection is down when nothing answers', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('network') }))
    const failure = await caught(request('GET', '/x'))
    expect([failure.offline, failure.retryable]).toEqual([true, true])
  })
  it('tells the console when nobody is signed in any more', async () => {
    const listener = vi.fn()
    whenSignedOut(listener)
    answer(401, { status: 401, code: 'signed_out' })
    await caught(request('GET', '/me'))
    expect(listener).toHaveBeenCalledOnce()
  })
})
