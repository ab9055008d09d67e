import { ref } from 'vue'

/** Reading aloud, where the browser has a voice. It is the browser's own: nothing leaves the phone. */
export const canSpeak = typeof window !== 'undefined' && 'speechSynthesis' in window && typeof SpeechSynthesisUtterance === 'function'
export const speaking = ref(false)

/** Some voices stop in the middle of a long text: it is read sentence by sentence. */
export function sentences(text: string): string[] {
  return (text.match(/[^。！？；\n]+[。！？；]?/g) ?? []).map((one) => one.trim()).filter(Boolean)
}
export function hush(): void {
  if (canSpeak) window.speechSynthesis.cancel()
  speaking.value = false
}
export function speak(text: string): void {
  hush()
  const parts = sentences(text)
  speaking.value = parts.length > 0
  parts.forEach((part, at) => {
    const said = new SpeechSynthesisUtterance(part)
    said.lang = 'zh-CN'
    said.rate = 0.9
    if (at === parts.length - 1) said.onend = said.onerror = () => (speaking.value = false)
    window.speechSynthesis.speak(said)
  })
}
