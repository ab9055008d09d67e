/**
 * Every word the console shows (zh-CN), in one object; the files beside this one hold a part each.
 * Sentences say what to do. Words that the server sends (states, actions, roles, categories) are not
 * repeated here.
 */
import { coreWords } from './core-words'
import { phraseWords } from './phrase-words'
import { adminWords } from './admin-words'
import { admissionWords, burdenWords, certificateWords, stationWords } from './admission-words'
import { areaWords } from './area-words'
import { assessmentWords } from './assessment-words'
import { boardWords } from './board-words'
import { appointmentWords } from './appointment-words'
import { openingWords } from './opening-words'
import { logbookWords } from './logbook-words'
import { addressWords } from './address-words'
import { libraryWords } from './library-words'
import { publicationWords } from './publication-words'
import { evidenceWords } from './evidence-words'
import { hotlineWords } from './hotline-words'
import { issuerWords } from './issuer-words'
import { registerWords } from './register-words'
import { senderWords } from './sender-words'

export const zh = {
  ...coreWords,
  ...boardWords,
  ...areaWords,
  ...adminWords,
  ...issuerWords,
  ...senderWords,
  appointments: appointmentWords,
  openings: openingWords,
  logbook: logbookWords,
  registers: registerWords,
  admissions: admissionWords,
  assessments: assessmentWords,
  burden: burdenWords,
  certificates: certificateWords,
  phrases: phraseWords,
  stations: stationWords,
  hotline: hotlineWords,
  evidence: evidenceWords,
  publications: publicationWords,
  library: libraryWords,
  addresses: addressWords,
}
