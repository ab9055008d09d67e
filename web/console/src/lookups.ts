/** Lists that hardly change: read once per visit. */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { api } from '@shared/api'
import { registers } from '@shared/register'

const HOUR = 3_600_000

export const useDictionaries = () => useQuery({ queryKey: ['dictionaries'], queryFn: api.dictionaries, staleTime: HOUR })
export const useCategories = () => useQuery({ queryKey: ['categories'], queryFn: api.categories, staleTime: HOUR })
export const useRegisters = () => useQuery({ queryKey: ['registers'], queryFn: registers.list, staleTime: HOUR })
export const useFlows = () => useQuery({ queryKey: ['flows'], queryFn: api.flows, staleTime: HOUR })
export const useFlow = (code: MaybeRefOrGetter<string>, version: MaybeRefOrGetter<number>) =>
  useQuery({
    queryKey: ['flow', computed(() => toValue(code)), computed(() => toValue(version))],
    queryFn: () => api.flow(toValue(code), toValue(version)),
    staleTime: HOUR,
    enabled: computed(() => toValue(code) !== '' && toValue(version) > 0),
  })
