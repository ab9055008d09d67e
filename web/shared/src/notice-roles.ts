/** The roles of each level, in the order in which they are offered as recipients. */
const ROLES: { level: string; roles: string[] }[] = [
  { level: 'county', roles: ['county_center', 'county_leader'] },
  { level: 'town', roles: ['town_dispatcher', 'town_leader'] },
  { level: 'community', roles: ['community_leader', 'community_staff'] },
  { level: 'grid', roles: ['grid_head', 'grid_worker', 'grid_manager', 'grid_instructor', 'grid_police', 'grid_assistant'] },
  { level: 'unit', roles: ['unit_head'] },
]

/** The roles below a level, by level: notices go downwards only. */
export function rolesBelow(level: string): { level: string; roles: string[] }[] {
  const at = ROLES.findIndex((one) => one.level === level)
  return level === 'city' ? ROLES : at < 0 ? [] : ROLES.slice(at + 1)
}
