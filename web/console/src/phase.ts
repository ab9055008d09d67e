/** Colour class of a chip for the phase of a state; the word of the state always stands in it. */
export function phaseColour(phase: string): string {
  switch (phase) {
    case 'triage':
    case 'called':
      return 'amber'
    case 'work':
    case 'handling':
    case 'review':
    case 'check':
      return 'blue'
    case 'closed':
    case 'archived':
    case 'confirm':
      return 'green'
    default:
      return ''
  }
}
