import type { Area, CodedTitle } from '@shared/types'

/** The titles of a role that are used in an area: those of its kind; a grid or unit of no particular kind takes all. */
export function titlesOf(all: CodedTitle[], role: string, area?: Pick<Area, 'level' | 'kind'> | null): CodedTitle[] {
  const kind = area?.kind ?? ''
  const plain = (area?.level === 'grid' || area?.level === 'unit') && kind === area.level
  return all.filter((one) => one.role === role && (one.kinds.length === 0 || plain || one.kinds.includes(kind)))
}
