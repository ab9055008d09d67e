import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { Flow, Step } from '@shared/types'
import FlowDiagram from '../src/components/FlowDiagram.vue'
import Timeline from '../src/components/Timeline.vue'
import { allowed, grouped, NAV } from '../src/nav'

const step = (change: Partial<Step>): Step => ({
  seq: 1, action: 'escalate', action_word: '上报上级', who: { name: '陈丽华', title: '1号楼单元长' }, from_state_word: '单元预处理', to_state_word: '网格处置',
  from_desk_name: '1号楼', to_desk_name: '第一网格', opinion: null, reply: null, received_at: Date.parse('2026-11-22T09:00:00+08:00'), acted_at: Date.parse('2026-11-22T10:00:00+08:00'),
  held_ms: 3_600_000, same_day: true, overdue: false, files: [], hash: 'abcdef0123456789', ...change,
})

describe('the timeline', () => {
  it('keeps the internal opinion apart from what the citizen reads', () => {
    const wrapper = mount(Timeline, { props: { steps: [step({ opinion: '内部：先核实产权。', reply: '已安排人员到场。' })] } })
    expect(wrapper.get('.opinion').text()).toContain('仅工作人员可见')
    expect(wrapper.get('.opinion').text()).not.toContain('已安排')
    expect(wrapper.get('.reply').text()).toContain('上报人可见')
    expect(wrapper.get('.reply').text()).not.toContain('产权')
  })
  it('says who, from where to where, how long, and whether it stayed overnight', () => {
    const text = mount(Timeline, { props: { steps: [step({ same_day: false, overdue: true })] } }).text()
    for (const part of ['陈丽华', '1号楼单元长', '单元预处理 → 网格处置', '1号楼 → 第一网格', '用时 1 小时', '隔夜', '超期处理']) expect(text).toContain(part)
  })
  it('names the program where nobody acted and turns around on demand', async () => {
    const wrapper = mount(Timeline, { props: { steps: [step({ seq: 1 }), step({ seq: 2, who: null, action_word: '自动上报' })] } })
    const words = () => wrapper.findAll('.step .line').map((line) => line.text())
    expect(words()[0]).toContain('系统')
    await wrapper.get('.order').trigger('click')
    expect(words()[0]).toContain('陈丽华')
  })
})

describe('the diagram of a flow', () => {
  const flow = {
    code: 'x', version: 1, name: '事件',
    actions: [
      { code: 'undertake', name: '本级办理', targets: { at_unit: ['working'], at_town: ['working'] } },
      { code: 'settle', name: '办结', targets: { working: ['closed'] } },
      { code: 'ask_suspension', name: '申请挂账', targets: { working: ['suspended'] } },
      { code: 'resume', name: '恢复办理', targets: { suspended: ['working'] } },
      { code: 'reopen', name: '重办', targets: { closed: ['at_town'] } },
    ],
    start: { word: '登记', help: '', at: 'place', needs: [], fields: [], classes: [] },
    states: [
      { code: 'at_unit', name: '单元预处理', phase: 'triage', level: 'unit', overdue_targets: ['at_town'] },
      { code: 'at_town', name: '镇街研判', phase: 'triage', level: 'town', overdue_targets: [] },
      { code: 'working', name: '本级办理', phase: 'work', overdue_targets: [] },
      { code: 'suspended', name: '挂账', phase: 'suspended', overdue_targets: ['working'] },
      { code: 'closed', name: '已办结', phase: 'closed', overdue_targets: [] },
    ],
  } as unknown as Flow
  it('lights the present state, ticks the passed ones and says both in words', () => {
    const wrapper = mount(FlowDiagram, { props: { flow, current: 'at_town', passed: new Set(['at_unit', 'at_town']) } })
    expect(wrapper.findAll('g.now').map((node) => node.get('title').text())).toEqual(['镇街研判，当前'])
    expect(wrapper.findAll('g.passed').map((node) => node.get('title').text())).toEqual(['单元预处理，已经过'])
  })
  it('draws every way once, and what leads back dashed', () => {
    const ways = mount(FlowDiagram, { props: { flow } }).findAll('path.arrow').map((path) => {
      const group = path.element.parentElement!
      return `${group.querySelector('title')?.textContent}${path.classes('back') ? '（虚线）' : ''}`
    })
    expect(ways).toEqual([
      '上报上级', '逐级研判 → 本级办理：本级办理', '本级办理 → 已办结：办结', '本级办理 → 挂账：申请挂账',
      '挂账 → 本级办理：恢复办理、到期（虚线）', '已办结 → 逐级研判：重办（虚线）',
    ])
  })
  it('stands the ladder with the higher level above', () => {
    const wrapper = mount(FlowDiagram, { props: { flow } })
    const y = (name: string) => Number(wrapper.findAll('g').find((node) => node.find('rect').exists() && node.text().includes(name))!.get('rect').attributes('y'))
    expect(y('镇街研判')).toBeLessThan(y('单元预处理'))
  })
})

describe('the menu', () => {
  it('stands under headings, every page under exactly one and none without pages', () => {
    const paths = grouped(NAV).flatMap((group) => group.items.map((item) => item.to))
    expect([...paths].sort()).toEqual(NAV.map((item) => item.to).sort())
    expect(grouped(NAV.filter((item) => item.to === '/audit')).map((group) => group.word)).toEqual(['系统管理'])
  })
  const seen = (verbs: string[], roles: string[] = []) => NAV.filter((item) => allowed(item, (verb) => verbs.includes(verb), roles)).map((item) => item.to)
  it('shows an audit administrator no business pages', () => {
    expect(seen(['see', 'report', 'read_audit'], ['audit_admin'])).toEqual(['/home', '/flow', '/messages', '/audit', '/sign-ins'])
  })
  it('leaves out the pages of parts that are switched off', () => {
    const pages = (missing: string[]) => NAV.filter((item) => allowed(item, () => true, [], missing)).map((item) => item.to)
    const gone = pages([]).filter((path) => !pages(['hotline', 'registers']).includes(path))
    expect(gone).toEqual(['/hotline', '/registers/party', '/registers/joint', '/registers/supervision', '/registers/powers', '/registers/staff'])
  })
  it('shows a unit head the field work and no audit', () => {
    const pages = seen(['see', 'report', 'prehandle', 'log_visit'])
    expect(pages).toContain('/register')
    expect(pages).toContain('/visits')
    expect(pages).not.toContain('/audit')
    expect(pages).not.toContain('/board')
  })
})
