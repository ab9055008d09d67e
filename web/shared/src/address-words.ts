/** Words of the page of standard addresses. */
interface Counted {
  rows: number
  new: number
  known: number
  nowhere: number
  elsewhere: number
  wrong: number
}
const aside = (found: Counted) => `${found.nowhere ? `，没有归属 ${found.nowhere} 行` : ''}${found.elsewhere ? `，坐标与单元不符 ${found.elsewhere} 行` : ''}`

export const addressWords = {
  title: '标准地址',
  help: '每个标准地址、每一户都应恰好属于一个治理单元。按坐标自动归属，也可以指定单元；区划调整时随之划转。户只登记编号、地址和人数，没有个人信息。',
  check: '检查遗漏和重复',
  signs: {
    title: '地点二维码',
    open: '打印地点二维码',
    help: '每页 A4 纸 12 个，剪开后贴在楼道、门口或公告栏。居民用手机扫一扫，就打开反映问题的页面，地点已经填好，不用登录。二维码里只有地点编号，没有住户信息。',
    of: '给什么地方打印',
    kinds: { units: '治理单元', addresses: '标准地址' } as Record<'units' | 'addresses', string>,
    print: (sheets: number) => `打印 ${sheets} 页`,
    back: '回到标准地址',
    none: '这里没有可以打印的地点。',
    alt: (title: string) => `${title}的二维码`,
    scan: '身边有事，扫码反映',
    leave: '不打印这个',
  },
  import: '导入',
  choose: { addresses: '导入地址', households: '导入户' },
  importHelp: '地址表头：地址编码（必填）、上级地址编码、街路巷、门牌号、小区、楼栋、梯位、楼层、户室、别名、状态、治理单元编码、所属村居编码、经度、纬度（CGCS2000）。户表头：户编号、人数（必填）、地址编码、所属村居编码。CSV（UTF-8）或 Excel（.xlsx）均可，最多 15 万行；先检查，全部没有问题才能写入，已有的编码会更新。',
  busy: '正在检查，请稍候……',
  tried: (name: string, found: Counted) => `${name}：共 ${found.rows} 行，新增 ${found.new}，更新 ${found.known}，有错误 ${found.wrong} 行${aside(found)}。`,
  written: (name: string, found: Counted) => `${name} 已写入：新增 ${found.new}，更新 ${found.known}${aside(found)}。`,
  marked: '下载带错误原因的表格',
  markedName: '错误原因.csv',
  apply: '写入',
  list: '地址',
  sums: (addresses: number, households: number, people: number) => `${addresses} 个地址，${households} 户，${people} 人`,
  q: '街路巷、门牌、楼栋、户室、别名或编码',
  find: '查找',
  none: '没有符合条件的地址。',
  more: '再显示一页',
  status: '状态',
  anyStatus: '全部状态',
  statuses: { planned: '规划', valid: '有效', abolished: '注销' } as Record<string, string>,
  columns: ['地址编码', '标准地址', '归属', '依据', '状态', '最后更新', '操作'],
  alias: (text: string) => `别名：${text}`,
  nowhere: '还没有归入治理单元',
  elsewhere: (unit: string) => `坐标落在“${unit}”`,
  stated: '指定单元',
  byPoint: '按坐标',
  byPointNow: '改为按坐标归属',
  by: (name: string, at: string) => `${name}，${at}`,
  correct: '更正',
  corrected: '已更正。',
  dialog: (code: string) => `更正标准地址：${code}`,
  parts: { street: '街路巷', door: '门牌号', estate: '小区', building: '楼栋', stairwell: '梯位', floor: '楼层', room: '户室', aliases: '别名' } as Record<string, string>,
  lon: '经度',
  lat: '纬度',
  confirmed: '坐标已核对（比原来移动超过 500 米，或者不在治理单元附近时勾选）',
  unit: '治理单元',
  unitHelp: '不指定的按坐标归属。',
  reason: '更正理由',
  save: '保存更正',
}
