/** Words of standard phrases. */
export const phraseWords = {
  keep: '存为常用语',
  manage: '管理常用语',
  title: '常用语',
  help: '点一下就填进意见或答复。自己的只有自己看得到；共享的由中心维护，不能写电话、证件号。',
  text: '内容',
  share: (area: string) => `共享给${area}的同事`,
  saved: '已存为常用语',
  removed: '已删除',
  own: '自己的',
  none: '还没有常用语。写好意见或答复后点“存为常用语”。',
  from: (area: string) => `${area}共享`,
  fields: { opinion: '意见', reply: '答复' } as Record<string, string>,
  everyAction: '各项操作',
  drop: '删除',
}
