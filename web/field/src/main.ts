import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import './style.css'
import App from './App.vue'
import { Problem } from '@shared/problem'
import { router } from './router'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // `navigator.onLine` lies: the request itself tells whether there is a network.
      networkMode: 'always',
      retry: (failures, error) => failures < 1 && error instanceof Problem && error.retryable && !error.offline,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

createApp(App).use(createPinia()).use(VueQueryPlugin, { queryClient: queries }).use(router).mount('#app')

// Opens without a network from the second visit on. A browser without it works all the same.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  void navigator.serviceWorker.register('/m/sw.js', { scope: '/m/', updateViaCache: 'none' }).catch(() => undefined)
}
