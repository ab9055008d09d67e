import { createRouter, createWebHistory } from 'vue-router'
import { whenSignedOut } from '@shared/http'
import type { Me } from '@shared/types'
import { zh } from '@shared/words'
import { useSession } from './stores/session'
import Shell from './layout/Shell.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    open?: boolean
    /** What it prints hangs in public: without the name of whoever printed it. */
    sign?: boolean
    /** A page of the residents' face. */
    resident?: boolean
    /** Of an open page: the page of the same among the residents' own, for who is signed in. */
    own?: string
  }
}

export const router = createRouter({
  history: createWebHistory('/'),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? {} : { top: 0 }),
  routes: [
    { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { title: zh.signIn.title, open: true } },
    { path: '/sign-in/from/:code', component: () => import('./pages/SignInFrom.vue'), meta: { title: zh.signIn.title, open: true } },
    { path: '/phone', component: () => import('./face/Phone.vue'), meta: { title: zh.resident.phone.title, open: true } },
    { path: '/embed', component: () => import('./face/Embed.vue'), meta: { title: zh.resident.report, open: true } },
    { path: '/follow', component: () => import('./pages/Follow.vue'), meta: { title: zh.follow.title, open: true } },
    { path: '/announcements', component: () => import('./face/Announcements.vue'), meta: { title: zh.publications.open, open: true } },
    { path: '/vacancies', component: () => import('./face/Vacancies.vue'), meta: { title: zh.openings.open, open: true, own: '/my/openings' } },
    { path: '/report', component: () => import('./face/Report.vue'), meta: { title: zh.resident.report, open: true } },
    {
      path: '/my',
      component: () => import('./face/MyFace.vue'),
      meta: { resident: true },
      children: [
        { path: '', component: () => import('./face/MyReports.vue'), meta: { title: zh.resident.mine } },
        { path: 'report', component: () => import('./face/MyReport.vue'), meta: { title: zh.resident.report } },
        { path: 'reports/:id', component: () => import('./face/MyMatter.vue'), meta: { title: zh.resident.mine } },
        { path: 'openings', component: () => import('./face/MyOpenings.vue'), meta: { title: zh.openings.open } },
        { path: 'looks', component: () => import('./face/MyLooks.vue'), meta: { title: zh.resident.looks } },
        { path: 'account', component: () => import('./face/MyAccount.vue'), meta: { title: zh.resident.account } },
      ],
    },
    {
      path: '/',
      component: Shell,
      children: [
        { path: '', redirect: '/home' },
        { path: 'home', component: () => import('./pages/Home.vue'), meta: { title: zh.nav.home } },
        { path: 'queue', component: () => import('./pages/Queue.vue'), meta: { title: zh.nav.queue } },
        { path: 'matters/:id', component: () => import('./pages/Matter.vue') },
        { path: 'matters/:id/sheet', component: () => import('./pages/MatterSheet.vue') },
        { path: 'register', component: () => import('./pages/Register.vue'), meta: { title: zh.nav.register } },
        { path: 'start/:code?', component: () => import('./pages/Start.vue'), meta: { title: zh.nav.start } },
        { path: 'today/:area?', component: () => import('./pages/Today.vue'), meta: { title: zh.nav.today } },
        { path: 'board/:area?', component: () => import('./pages/Board.vue'), meta: { title: zh.nav.board } },
        { path: 'hotline/:area?', component: () => import('./pages/Hotline.vue'), meta: { title: zh.nav.hotline } },
        { path: 'mediation/:area?', component: () => import('./pages/Mediation.vue'), meta: { title: zh.nav.mediation } },
        { path: 'matters/:id/agreement/:no', component: () => import('./pages/Agreement.vue'), meta: { title: zh.mediation.agreementTitle } },
        { path: 'visits', component: () => import('./pages/Visits.vue'), meta: { title: zh.nav.visits } },
        { path: 'centre/:area?', component: () => import('./pages/Centre.vue'), meta: { title: zh.nav.centre } },
        { path: 'registers/:group/:area?', component: () => import('./pages/Registers.vue') },
        { path: 'records/:id', component: () => import('./pages/RegisterRecord.vue') },
        { path: 'posts/:area?', component: () => import('./pages/Posts.vue'), meta: { title: zh.nav.posts } },
        { path: 'appointments/:area?', component: () => import('./pages/Appointments.vue'), meta: { title: zh.nav.appointments } },
        { path: 'openings/:area?', component: () => import('./pages/Openings.vue'), meta: { title: zh.nav.openings } },
        { path: 'departures/:post', component: () => import('./pages/HandoverSheet.vue'), meta: { title: zh.appointments.sheet } },
        { path: 'grids/:area?', component: () => import('./pages/Grids.vue'), meta: { title: zh.nav.grids } },
        { path: 'addresses/:area?', component: () => import('./pages/Addresses.vue'), meta: { title: zh.nav.addresses } },
        { path: 'signs/:area?', component: () => import('./pages/PlaceSigns.vue'), meta: { title: zh.addresses.signs.title, sign: true } },
        { path: 'boundaries/:area?', component: () => import('./pages/BoundaryEditor.vue'), meta: { title: zh.nav.boundaries } },
        { path: 'whole/:area?', component: () => import('./pages/Whole.vue'), meta: { title: zh.nav.whole } },
        { path: 'areas/:area?', component: () => import('./pages/Areas.vue'), meta: { title: zh.nav.areas } },
        { path: 'flow/:code?/:version?', component: () => import('./pages/Flow.vue'), meta: { title: zh.nav.flow } },
        { path: 'notices', component: () => import('./pages/Notices.vue'), meta: { title: zh.nav.notices } },
        { path: 'notices/new', component: () => import('./pages/NoticeCompose.vue'), meta: { title: zh.notices.publish } },
        { path: 'notices/:id', component: () => import('./pages/Notice.vue') },
        { path: 'admissions', component: () => import('./pages/Admissions.vue'), meta: { title: zh.nav.admissions } },
        { path: 'reviews', component: () => import('./pages/Reviews.vue'), meta: { title: zh.assessments.review.title } },
        { path: 'assessments', component: () => import('./pages/Assessments.vue'), meta: { title: zh.nav.assessments } },
        { path: 'assessments/:id', component: () => import('./pages/Assessment.vue'), meta: { title: zh.nav.assessments } },
        { path: 'assessments/:id/sheet/:no', component: () => import('./pages/AssessmentSheet.vue'), meta: { title: zh.assessments.paper.heading } },
        { path: 'burden/:area?', component: () => import('./pages/Burden.vue'), meta: { title: zh.nav.burden } },
        { path: 'certificates', component: () => import('./pages/Certificates.vue'), meta: { title: zh.nav.certificates } },
        { path: 'certificates/:id', component: () => import('./pages/CertificateSlip.vue'), meta: { title: zh.certificates.slipTitle } },
        { path: 'messages', component: () => import('./pages/Messages.vue'), meta: { title: zh.nav.messages } },
        { path: 'security', component: () => import('./pages/Sessions.vue'), meta: { title: zh.security.title } },
        { path: 'looks', component: () => import('./pages/Looks.vue'), meta: { title: zh.looks.title } },
        { path: 'jobs', component: () => import('./pages/Jobs.vue'), meta: { title: zh.nav.jobs } },
        { path: 'senders', component: () => import('./pages/Senders.vue'), meta: { title: zh.nav.senders } },
        { path: 'issuers', component: () => import('./pages/Issuers.vue'), meta: { title: zh.nav.issuers } },
        { path: 'subscriptions', component: () => import('./pages/Subscriptions.vue'), meta: { title: zh.subscriptions.title } },
        { path: 'sign-ins', component: () => import('./pages/SignIns.vue'), meta: { title: zh.nav.signIns } },
        { path: 'code-lists', component: () => import('./pages/CodeLists.vue'), meta: { title: zh.nav.codeLists } },
        { path: 'parameters', component: () => import('./pages/Parameters.vue'), meta: { title: zh.nav.parameters } },
        { path: 'rules', component: () => import('./pages/Rules.vue'), meta: { title: zh.nav.rules } },
        { path: 'accounts', component: () => import('./pages/Accounts.vue'), meta: { title: zh.nav.accounts } },
        { path: 'tokens', component: () => import('./pages/Tokens.vue'), meta: { title: zh.nav.tokens } },
        { path: 'stations', component: () => import('./pages/Stations.vue'), meta: { title: zh.nav.stations } },
        { path: 'publications/:area?', component: () => import('./pages/Publications.vue'), meta: { title: zh.nav.publications } },
        { path: 'library', component: () => import('./pages/Library.vue'), meta: { title: zh.nav.library } },
        { path: 'evidence', component: () => import('./pages/Evidence.vue'), meta: { title: zh.nav.evidence } },
        { path: 'audit', component: () => import('./pages/Audit.vue'), meta: { title: zh.nav.audit } },
        { path: ':rest(.*)*', component: () => import('./pages/NotFound.vue') },
      ],
    },
  ],
})

/**
 * Where somebody goes instead: who has first to change the password or to enrol a second factor goes
 * there and nowhere else, residents to their own pages, the staff to the console.
 */
export function elsewhere(to: { path: string; meta: { resident?: boolean } }, me: Pick<Me, 'hold' | 'resident'> | null) {
  if (me?.hold) {
    const due = me.resident ? '/my/account' : '/security'
    return to.path === due ? undefined : due
  }
  if (me?.resident && !to.meta.resident) return { path: '/my', query: to.path === '/home' ? {} : { from: 'staff' } }
  if (me && !me.resident && to.meta.resident) return '/home'
  return undefined
}

/** Where a resident who is signed in goes from an open page: nobody identifies twice. */
export function ownPage(to: { meta: { own?: string } }, me: Pick<Me, 'hold' | 'resident'> | null) {
  return me?.resident && !me.hold ? to.meta.own : undefined
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.open) {
    // An open page is shown whatever becomes of the question who is there.
    if (to.meta.own && !session.me) await session.load().catch(() => false)
    return ownPage(to, session.me) ?? true
  }
  const onward = () => elsewhere(to, session.me) ?? true
  if (session.me) return onward()
  try {
    if (await session.load()) return onward()
  } catch {
    // The server is down: the sign-in page says so and lets the person try again.
  }
  return { path: '/sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
})

router.afterEach((to) => {
  if (to.meta.title) document.title = `${to.meta.title} · ${zh.product}`
})

// An update of the server removes the old chunks: load the page anew instead of showing nothing.
router.onError((error, to) => {
  if (/dynamically imported module|Importing a module script failed|Failed to fetch/.test(String(error))) {
    window.location.assign(to.fullPath)
  }
})

whenSignedOut(() => {
  const session = useSession()
  const here = router.currentRoute.value
  if (!session.me || here.meta.open) return
  session.forget()
  void router.push({ path: '/sign-in', query: { to: here.fullPath } })
})
