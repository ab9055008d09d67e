import { createRouter, createWebHistory } from 'vue-router'
import { whenSignedOut } from '@shared/http'
import { coreWords as zh } from '@shared/core-words'
import { useSession } from '@shared/session'
import type { Me } from '@shared/types'
import { administers } from './barred'
import type { Purpose } from './barred'
import { ask, enterField, forgetMe } from './entry'
import Report from './pages/Report.vue'
import Start from './pages/Start.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    open?: boolean
    /** What it is for, where not all of the staff have it. */
    purpose?: Purpose
    /** Where the arrow in the head leads; the pages of the tabs have none. */
    up?: string
  }
}
const words = zh.field

export const router = createRouter({
  history: createWebHistory('/m/'),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? {} : { top: 0 }),
  routes: [
    { path: '/', component: Start, meta: { title: words.product, open: true } },
    { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { title: zh.signIn.title, open: true, up: '/' } },
    { path: '/enter', component: () => import('./pages/Enter.vue'), meta: { title: zh.signIn.title, open: true } },
    { path: '/report', component: Report, meta: { title: words.report.title, open: true } },
    { path: '/follow', component: () => import('./pages/Follow.vue'), meta: { title: zh.follow.title, open: true, up: '/' } },
    { path: '/outbox', component: () => import('./pages/OutboxPage.vue'), meta: { title: words.outbox.title, open: true, up: '/' } },
    { path: '/large', component: () => import('./pages/Large.vue'), meta: { title: words.me.elder, open: true, up: '/' } },
    { path: '/tasks', component: () => import('./pages/Tasks.vue'), meta: { title: words.tasks.title } },
    { path: '/matters/:id', component: () => import('./pages/Matter.vue'), meta: { up: '/tasks' } },
    { path: '/matters/:id/:action', component: () => import('./pages/Act.vue') },
    { path: '/visits', component: () => import('./pages/Visits.vue'), meta: { title: words.visits.title, purpose: 'visits' } },
    { path: '/visits/new', component: () => import('./pages/VisitNew.vue'), meta: { title: words.visits.add, up: '/visits', purpose: 'visits' } },
    { path: '/notices', component: () => import('./pages/Notices.vue'), meta: { title: words.notices.title, up: '/me' } },
    { path: '/notices/:id', component: () => import('./pages/Notice.vue'), meta: { title: words.notices.title, up: '/notices' } },
    { path: '/unit', component: () => import('./pages/Unit.vue'), meta: { title: words.unit.title, up: '/me', purpose: 'unit' } },
    { path: '/errand', component: () => import('./pages/Errand.vue'), meta: { title: words.errands.title, up: '/me', purpose: 'errand' } },
    { path: '/me', component: () => import('./pages/Mine.vue'), meta: { title: words.me.title } },
    { path: '/looks', component: () => import('./pages/Looks.vue'), meta: { title: zh.looks.title, up: '/me' } },
    { path: '/my', component: () => import('./pages/MyReports.vue'), meta: { title: zh.resident.mine, purpose: 'resident' } },
    { path: '/my/:id', component: () => import('./pages/MyReport.vue'), meta: { title: zh.resident.mine, purpose: 'resident', up: '/my' } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

/** Where somebody goes instead: to the sign-in, or from the first page to the own work. Pages of others say so (`barred.ts`). */
export function elsewhere(to: { path: string; meta: { open?: boolean } }, me: Pick<Me, 'resident' | 'posts'> | null): string | undefined {
  if (!me) return to.meta.open ? undefined : '/sign-in'
  if (to.path === '/') return me.resident ? '/my' : administers(me) ? '/me' : '/tasks'
  return undefined
}

/** Somebody turned out to be signed in while the first page was shown. */
function leaveStart() {
  const here = router.currentRoute.value
  const own = here.path === '/' && useSession().me ? elsewhere(here, useSession().me) : undefined
  if (own) void router.replace(own)
}
router.beforeEach(async (to) => {
  // Who reports or follows without an account is not kept waiting for the server.
  await enterField(!to.meta.open)
  if (to.path === '/') void ask().then(leaveStart)
  const other = elsewhere(to, useSession().me)
  if (other === '/sign-in') return { path: other, query: { to: to.fullPath } }
  return other ?? true
})
router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · ${words.product}` : words.product
})
// An update of the server removes the old chunks: load the page anew instead of showing nothing.
router.onError((error, to) => {
  if (navigator.onLine && /dynamically imported module|Importing a module script failed|Failed to fetch/.test(String(error))) {
    window.location.assign(`/m${to.fullPath}`)
  }
})
whenSignedOut(() => {
  const session = useSession()
  const here = router.currentRoute.value
  if (!session.me) return
  session.forget()
  forgetMe()
  if (!here.meta.open) void router.push({ path: '/sign-in', query: { to: here.fullPath } })
})
