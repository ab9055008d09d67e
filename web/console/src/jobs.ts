import type { RouteLocationRaw } from 'vue-router'
import type { HomePost, JobCode } from '@shared/types'

type Way = (post: Pick<HomePost, 'area'>) => RouteLocationRaw

const queue = (query: Record<string, string>): Way => () => ({ path: '/queue', query })
/** All of the person's area, narrowed. */
const inArea = (query: Record<string, string>): Way => (post) => ({ path: '/queue', query: { f: 'area', ...(post.area ? { area: post.area } : {}), ...query } })
const page = (path: string, query: Record<string, string> = {}): Way => () => ({ path, query })
const areaPage = (path: string): Way => (post) => (post.area ? `${path}/${post.area}` : path)

/** Where each job of a home page is done: the list behind it holds exactly what its figure counts. */
export const WAYS: Record<JobCode, Way> = {
  report: page('/register'),
  prehandle: queue({ job: 'prehandle' }),
  settle: queue({ job: 'settle' }),
  visit: page('/visits', { add: '1' }),
  notices: page('/notices'),
  gather: queue({ job: 'gather' }),
  check: queue({ job: 'check' }),
  patrol: page('/visits', { add: '1', kind: 'patrol' }),
  service: page('/visits', { add: '1', kind: 'service' }),
  on_behalf: page('/register', { behalf: '1' }),
  vacancies: areaPage('/posts'),
  classify: queue({ job: 'classify' }),
  merge: queue({}),
  judge: queue({ job: 'judge' }),
  review: queue({ job: 'review' }),
  duty: areaPage('/posts'),
  decide: queue({ f: 'asked' }),
  call: inArea({ phases: 'called,handling', open: '1' }),
  enforce: inArea({ enforced: '1', open: '1' }),
  coordinate: inArea({ phases: 'called,handling', open: '1' }),
  supervise: inArea({ watched: '1', open: '1' }),
  effect: inArea({ reopened: '1', open: '1' }),
  rules: page('/rules'),
  command: areaPage('/board'),
  ranking: (post) => ({ path: post.area ? `/board/${post.area}` : '/board', query: { show: 'k:closing_rate' } }),
  sign: queue({ job: 'sign' }),
  feed_back: queue({ job: 'feed_back' }),
  refuse: queue({ job: 'refuse' }),
  areas: page('/areas'),
  posts: areaPage('/appointments'),
  packs: page('/rules'),
  accounts: page('/accounts'),
  tokens: page('/tokens'),
  audit: page('/audit'),
  evidence: page('/evidence'),
}
