import {
  Avatar, Bell, Briefcase, ChatLineSquare, Collection, Connection, DataBoard, DocumentChecked, EditPen, Files, Flag, Grid, HomeFilled, Key, List, MapLocation, Medal, Memo, Notification, Odometer, OfficeBuilding, Phone, Postcard, Promotion, School, Search,
  Reading, Setting, Share, Stamp, Tickets, Timer, User, UserFilled, View,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'
import { zh } from '@shared/words'

export interface NavItem {
  to: string
  word: string
  icon: Component
  /** Shown to whoever has one of these verbs; to everybody when empty. */
  verbs: string[]
  /** Not for the three separated administrators, whatever everybody may do for themselves. */
  business?: boolean
  /** The part of the platform it belongs to: not there where that is switched off. */
  part?: string
}

/** The pages in the order of a working day. The three separated administrators see no business data. */
export const NAV: NavItem[] = [
  { to: '/home', word: zh.nav.home, icon: HomeFilled, verbs: [] },
  { to: '/queue', word: zh.nav.queue, icon: Tickets, verbs: ['see'], business: true },
  { to: '/register', word: zh.nav.register, icon: EditPen, verbs: ['report'], business: true },
  { to: '/start', word: zh.nav.start, icon: Promotion, verbs: ['issue', 'settle'], business: true },
  { to: '/today', word: zh.nav.today, icon: Bell, verbs: ['see_board'] },
  { to: '/board', word: zh.nav.board, icon: DataBoard, verbs: ['see_board'] },
  { to: '/notices', word: zh.nav.notices, icon: Notification, verbs: ['see_board', 'sign'] },
  { to: '/publications', word: zh.nav.publications, icon: Postcard, verbs: ['write_public', 'review_public'], part: 'publications' },
  { to: '/library', word: zh.nav.library, icon: Files, verbs: ['see', 'sign', 'see_board'], business: true, part: 'library' },
  { to: '/admissions', word: zh.nav.admissions, icon: Key, verbs: ['see_board', 'sign'], part: 'admission' },
  { to: '/burden', word: zh.nav.burden, icon: Odometer, verbs: ['decide_admission', 'supervise'] },
  { to: '/certificates', word: zh.nav.certificates, icon: Stamp, verbs: ['certify', 'publish_notice'] },
  { to: '/assessments', word: zh.nav.assessments, icon: Medal, verbs: ['see_board', 'sign'] },
  { to: '/reviews', word: zh.assessments.review.title, icon: Medal, verbs: ['see_board'], business: true },
  { to: '/hotline', word: zh.nav.hotline, icon: Phone, verbs: ['take_hotline', 'call'], part: 'hotline' },
  { to: '/mediation', word: zh.nav.mediation, icon: Connection, verbs: ['manage_mediation', 'mediate'], part: 'mediation' },
  { to: '/visits', word: zh.nav.visits, icon: MapLocation, verbs: ['log_visit'] },
  { to: '/centre', word: zh.nav.centre, icon: Memo, verbs: ['keep_log'], part: 'centre' },
  { to: '/registers/party', word: zh.nav.party, icon: Flag, verbs: ['keep_registers'], part: 'registers' },
  { to: '/registers/joint', word: zh.nav.joint, icon: Connection, verbs: ['keep_registers'], part: 'registers' },
  { to: '/registers/supervision', word: zh.nav.supervision, icon: Search, verbs: ['inspect'], part: 'registers' },
  { to: '/registers/powers', word: zh.nav.powers, icon: List, verbs: ['keep_registers'], part: 'registers' },
  { to: '/stations', word: zh.nav.stations, icon: School, verbs: ['apply_admission'] },
  { to: '/registers/staff', word: zh.nav.staff, icon: Avatar, verbs: ['keep_registers'], part: 'registers' },
  { to: '/posts', word: zh.nav.posts, icon: UserFilled, verbs: ['manage_posts', 'manage_duty', 'see_board'] },
  { to: '/appointments', word: zh.nav.appointments, icon: Avatar, verbs: ['manage_posts', 'propose'] },
  { to: '/openings', word: zh.nav.openings, icon: Postcard, verbs: ['manage_posts', 'propose'], business: true },
  { to: '/areas', word: zh.nav.areas, icon: OfficeBuilding, verbs: ['propose_areas', 'decide_areas', 'manage_areas'] },
  { to: '/addresses', word: zh.nav.addresses, icon: MapLocation, verbs: ['keep_addresses', 'manage_areas'] },
  { to: '/boundaries', word: zh.nav.boundaries, icon: EditPen, verbs: ['propose_areas', 'decide_areas', 'manage_areas'] },
  { to: '/whole', word: zh.nav.whole, icon: DocumentChecked, verbs: ['propose_areas', 'decide_areas', 'manage_areas'] },
  { to: '/grids', word: zh.nav.grids, icon: Grid, verbs: ['decide_areas', 'manage_areas'] },
  { to: '/flow', word: zh.nav.flow, icon: Share, verbs: [] },
  { to: '/messages', word: zh.nav.messages, icon: ChatLineSquare, verbs: [] },
  { to: '/rules', word: zh.nav.rules, icon: Reading, verbs: ['see_board', 'manage_packs'] },
  { to: '/code-lists', word: zh.nav.codeLists, icon: Collection, verbs: ['see_board', 'manage_parameters', 'manage_packs', 'sign'] },
  { to: '/accounts', word: zh.nav.accounts, icon: User, verbs: ['manage_accounts', 'manage_locks'] },
  { to: '/tokens', word: zh.nav.tokens, icon: Key, verbs: ['manage_tokens'] },
  { to: '/evidence', word: zh.nav.evidence, icon: Briefcase, verbs: ['take_evidence'], part: 'evidence' },
  { to: '/audit', word: zh.nav.audit, icon: View, verbs: ['read_audit'] },
  { to: '/sign-ins', word: zh.nav.signIns, icon: Key, verbs: ['read_audit'] },
  { to: '/jobs', word: zh.nav.jobs, icon: Timer, verbs: ['manage_jobs'] },
  { to: '/senders', word: zh.nav.senders, icon: Promotion, verbs: ['manage_senders'] },
  { to: '/issuers', word: zh.nav.issuers, icon: Key, verbs: ['manage_issuers'] },
  { to: '/parameters', word: zh.nav.parameters, icon: Setting, verbs: ['manage_parameters', 'manage_policies'] },
]

const ADMINISTRATORS = new Set(['sys_admin', 'sec_admin', 'audit_admin'])

/** Whether somebody only administers: such a person handles no matters. */
export function onlyAdministers(roles: string[]): boolean {
  return roles.length > 0 && roles.every((role) => ADMINISTRATORS.has(role))
}

/** Headings of the menu, and what stands under each; what is named nowhere stands under the last. */
const GROUPS: { word: string; first: string[] }[] = [
  { word: zh.nav.groups.work, first: ['/home', '/queue', '/register', '/start', '/notices', '/messages', '/visits', '/hotline', '/mediation', '/centre', '/publications', '/evidence'] },
  { word: zh.nav.groups.look, first: ['/today', '/board', '/burden', '/registers/supervision', '/assessments', '/reviews'] },
  { word: zh.nav.groups.rules, first: ['/library', '/registers/powers', '/stations', '/admissions', '/certificates', '/flow', '/rules', '/code-lists'] },
  { word: zh.nav.groups.people, first: ['/registers/party', '/registers/joint', '/registers/staff', '/posts', '/appointments', '/openings', '/areas', '/boundaries', '/addresses', '/whole', '/grids'] },
  { word: zh.nav.groups.system, first: [] },
]

/** The pages under their headings, each in the order of the menu; a heading with nothing under it is left out. */
export function grouped(items: NavItem[]): { word: string; items: NavItem[] }[] {
  const of = (item: NavItem) => GROUPS.find((group) => group.first.some((path) => item.to === path || item.to.startsWith(`${path}/`))) ?? GROUPS[GROUPS.length - 1]!
  return GROUPS.map((group) => ({ word: group.word, items: items.filter((item) => of(item) === group) })).filter((group) => group.items.length)
}

export function allowed(item: Pick<NavItem, 'verbs' | 'business' | 'part'>, can: (verb: string) => boolean, roles: string[] = [], missing: string[] = []): boolean {
  if (item.business && onlyAdministers(roles)) return false
  if (item.part && missing.includes(item.part)) return false
  return item.verbs.length === 0 || item.verbs.some(can)
}
