import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { api } from '@shared/api'
import { useSession } from './stores/session'

/** The area a page is about: from its path, else the person's own, else the whole city. */
export function useAreaOf() {
  const route = useRoute()
  const session = useSession()
  const own = computed(() => (typeof route.params.area === 'string' && route.params.area) || session.home)
  const root = useQuery({ queryKey: ['area-root'], queryFn: api.rootArea, enabled: computed(() => !own.value), staleTime: 3_600_000 })
  const id = computed(() => own.value || root.data.value?.id || '')
  const detail = useQuery({
    queryKey: ['area', id],
    queryFn: () => api.area(id.value),
    enabled: computed(() => id.value !== ''),
    staleTime: 60_000,
    placeholderData: (before) => before,
  })
  return { id, detail }
}
