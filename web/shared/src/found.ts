/** Where the words that were sought stand in a text, as the server compares them: case and full width do not count. */
export interface Piece { text: string; hit: boolean }

const fold = (char: string) => {
  const code = char.codePointAt(0)!
  return (code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : char).toLowerCase()
}

/** The text cut at the words, whole and in order. */
export function pieces(text: string, words: string): Piece[] {
  const chars = [...text]
  const folded = chars.map(fold)
  const hit = chars.map(() => false)
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const wanted = [...word].map(fold)
    for (let at = 0; at + wanted.length <= folded.length; at += 1) {
      if (wanted.every((char, i) => folded[at + i] === char)) hit.fill(true, at, at + wanted.length)
    }
  }
  const cut: Piece[] = []
  chars.forEach((char, at) => {
    const last = cut.at(-1)
    if (last && last.hit === hit[at]) last.text += char
    else cut.push({ text: char, hit: hit[at]! })
  })
  return cut
}
