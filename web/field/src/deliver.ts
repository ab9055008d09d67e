import { api } from '@shared/api'
import { notices } from '@shared/notice'
import { resident } from '@shared/resident'
import type { Id } from '@shared/types'
import { ofMatter, ofReceipt, ofVisit } from './outbox'
import type { Deliver, Entry, Outcome } from './outbox'

/** The server lets pictures go that no report took within a day. */
const PICTURE_MS = 20 * 3_600_000

/** The pictures first, each once; then the command, whose content stays the same from there on. */
export const deliver: Deliver = async (entry, keep) => {
  const send = entry.command.kind === 'open_report' ? resident.upload : api.upload
  if (!entry.out) {
    for (const photo of entry.photos) {
      if (photo.id && (photo.at ?? 0) > Date.now() - PICTURE_MS) continue
      const stored = await send(new File([photo.blob], photo.name, { type: photo.blob.type }))
      photo.id = stored.id
      photo.at = Date.now()
      await keep()
    }
    entry.out = true
    await keep()
  }
  return command(entry, entry.photos.flatMap((photo) => (photo.id ? [photo.id] : [])))
}

async function command(entry: Entry, files: Id[]): Promise<Outcome> {
  const { command, id: key } = entry
  const withFiles = <Form extends object>(form: Form) => (files.length ? { ...form, files } : form)
  switch (command.kind) {
    case 'report':
      return ofMatter(await api.report(withFiles(command.form), key))
    case 'open_report':
      return ofReceipt(await resident.report(withFiles(command.form), key))
    case 'act':
      return ofMatter(await api.act(command.matter, command.action, withFiles(command.form), command.version, key))
    case 'visit': {
      const report = command.form.matter_report
      const form = report ? { ...command.form, matter_report: withFiles(report) } : command.form
      return ofVisit(await api.addVisit({ ...form }, key))
    }
    case 'notice':
      await notices.finish(command.notice, { ...command.form, files })
      return {}
  }
}
