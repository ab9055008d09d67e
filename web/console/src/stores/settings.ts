import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'
import { keep, recall } from '@shared/keep'

/** What a person set on this machine. */
export const useSettings = defineStore('settings', () => {
  const large = ref(recall<boolean>('large') ?? false)
  watchEffect(() => {
    document.documentElement.classList.toggle('large', large.value)
    keep('large', large.value)
  })
  // Fingers need targets of 44 px and more.
  const narrow = window.matchMedia('(max-width: 720px)')
  const phone = ref(narrow.matches)
  narrow.addEventListener?.('change', (event) => { phone.value = event.matches })
  return { large, phone }
})
