/** A sheet that a person chose: CSV as its text, a workbook as base64, as the imports take it. */
export interface SheetBody {
  file?: string
  workbook?: string
}

export async function readSheet(file: File): Promise<SheetBody> {
  if (!/\.xlsx$/i.test(file.name)) return { file: await file.text() }
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return { workbook: btoa(text) }
}

/** Rows as the text of a CSV file that spreadsheet programs open with the right encoding, and in which
 * they take no text for a formula. */
export function csvOf(rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const said = String(value)
    const text = /^[=+\-@\t\r]/.test(said) && Number.isNaN(Number(said)) ? `'${said}` : said
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`
}
