import type { Photo } from './outbox'

/** Longer sides than this are shrunk: enough to read a house number, a tenth of the bytes. */
export const LONGEST = 1600
const QUALITY = 0.8

/** Width and height within a square of the longest side; never larger than it was. */
export function fit(width: number, height: number, longest = LONGEST): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/**
 * A picture as it is kept and sent: at most 1600 pixels long, and painted anew, so that nothing of
 * the camera (place, device, time) is left in it. Throws where the browser cannot read it.
 */
export async function shrink(file: File): Promise<Photo> {
  const address = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = address
    // Turned as the camera was held: browsers do that for an <img>.
    await image.decode()
    const size = fit(image.naturalWidth, image.naturalHeight)
    const canvas = Object.assign(document.createElement('canvas'), size)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.drawImage(image, 0, 0, size.width, size.height)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    if (!blob) throw new Error('no picture')
    return { name: `${file.name.replace(/\.\w+$/, '') || 'photo'}.jpg`, blob }
  } finally {
    URL.revokeObjectURL(address)
  }
}
