import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'
import { keep, recall } from '@shared/keep'

/** 长辈版, and how large its letters are, in pixels of the phone: from 18 dp to 30 dp. */
export const SIZES = [20, 24, 30]
export const useSettings = defineStore('field-settings', () => {
  const elder = ref(recall<boolean>('field.elder') ?? false)
  const size = ref(recall<number>('field.size') ?? SIZES[0]!)
  watchEffect(() => {
    const root = document.documentElement
    root.classList.toggle('elder', elder.value)
    root.style.fontSize = elder.value ? `${size.value}px` : ''
    keep('field.elder', elder.value || null)
    keep('field.size', elder.value ? size.value : null)
  })
  return { elder, size }
})
