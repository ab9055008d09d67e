import { describe, expect, it } from 'vitest'
import { Problem } from '@shared/problem'
import { Outbox, SENT_DAYS } from '../src/outbox'
import type { Deliver, Draft, Entry, Outcome } from '../src/outbox'
import { memoryShelf } from '../src/shelf'
import type { Shelf } from '../src/shelf'

const act = (matter: string, action: string, version = 3): Draft => ({
  command: { kind: 'act', matter, action, form: { opinion: action }, version }, photos: [], title: matter, word: action,
})
const report = (text: string): Draft => ({ command: { kind: 'report', form: { text, channel: 'field', address: '10号楼' } }, photos: [], title: text, word: '上报' })

interface World { shelf: Shelf<Entry>; sent: Entry[]; server: (entry: Entry) => Outcome; who: string | null; now: number }
function world(): World {
  return { shelf: memoryShelf<Entry>((row) => row.id), sent: [], server: () => ({}), who: 'lin', now: 1_000 }
}
/** A page of the browser: what is on the disk is the only thing it shares with the one before. */
async function page(w: World, deliver?: Deliver): Promise<Outbox> {
  const box = new Outbox(w.shelf, deliver ?? (async (entry) => {
    w.sent.push({ ...entry })
    entry.out = true
    return w.server(entry)
  }), async () => w.who, () => w.now)
  await box.open()
  return box
}
const said = (entry: Entry) => (entry.command.kind === 'act' ? entry.command.action : entry.title)

describe('the outbox', () => {
  it('has an entry on the disk before anything is sent, and a browser that is killed loses nothing', async () => {
    const w = world()
    await (await page(w)).write('lin', report('路灯不亮'))
    const again = await page(w)
    expect(again.entries.map(said)).toEqual(['路灯不亮'])
    await again.flush()
    expect(w.sent.map(said)).toEqual(['路灯不亮'])
  })

  it('makes the key once: what was on its way when the browser ended goes out under the same key', async () => {
    const w = world()
    const keys: string[] = []
    const first = await page(w, (entry, keep) => {
      keys.push(entry.id)
      entry.out = true
      void keep()
      return new Promise(() => {})
    })
    await first.write('lin', report('路灯不亮'))
    void first.flush()
    await expect.poll(() => keys.length).toBe(1)
    const second = await page(w)
    expect(second.entries[0]!.state).toBe('waiting')
    await second.flush()
    expect(w.sent.map((one) => one.id)).toEqual(keys)
  })

  it('sends the entries of a matter in the order in which they were written, each on what the last one made of it', async () => {
    const w = world()
    w.server = (entry) => (entry.command.kind === 'act' ? { version: entry.command.version + 1 } : {})
    const box = await page(w)
    await box.write('lin', act('42', 'claim'))
    await box.write('lin', act('42', 'progress'))
    await box.write('lin', act('42', 'settle'))
    await box.flush()
    expect(w.sent.map((one) => [said(one), one.command.kind === 'act' && one.command.version])).toEqual([['claim', 3], ['progress', 4], ['settle', 5]])
  })

  it('holds what comes after a refusal on the same matter, and sends the others', async () => {
    const w = world()
    w.server = (entry) => {
      if (said(entry) === 'prehandle') throw new Problem(422, { status: 422, code: 'invalid', detail: '请填写办理结果。', problems: [{ field: 'finding', code: 'missing', message: '请选择办理结果。' }] })
      return {}
    }
    const box = await page(w)
    await box.write('lin', act('42', 'prehandle'))
    await box.write('lin', act('42', 'comment'))
    await box.write('lin', act('43', 'comment'))
    await box.flush()
    await box.flush()
    expect(w.sent.map((one) => one.title)).toEqual(['42', '43'])
    expect(box.entries.map((one) => one.state)).toEqual(['refused', 'waiting', 'sent'])
    expect(box.entries[0]!.problems?.[0]?.message).toBe('请选择办理结果。')
  })

  it('tells that somebody else acted before, and sends a changed entry under a new key in its place', async () => {
    const w = world()
    let stale = true
    w.server = () => {
      if (stale) throw new Problem(412)
      return {}
    }
    const box = await page(w)
    const old = await box.write('lin', act('42', 'settle', 3))
    await box.write('lin', act('42', 'comment', 3))
    await box.flush()
    expect(box.entries[0]!.state).toBe('conflict')
    stale = false
    const fresh = await box.rewrite('lin', old.id, act('42', 'settle', 7))
    expect(fresh!.id).not.toBe(old.id)
    await box.flush()
    expect(w.sent.map((one) => [said(one), one.command.kind === 'act' && one.command.version])).toEqual([['settle', 3], ['settle', 7], ['comment', 3]])
  })

  it('waits where there is no network, stops there, and says so', async () => {
    const w = world()
    w.server = () => { throw new Problem(0) }
    const box = await page(w)
    await box.write('lin', report('一'))
    await box.write('lin', report('二'))
    await box.flush()
    expect(w.sent).toHaveLength(1)
    expect(box.entries.map((one) => one.state)).toEqual(['waiting', 'waiting'])
    expect(box.trouble?.offline).toBe(true)
    w.server = () => ({})
    await box.flush()
    expect(box.entries.map((one) => one.state)).toEqual(['sent', 'sent'])
    expect(box.trouble).toBeNull()
  })

  it('lets no fault of the server with one entry stop the others', async () => {
    const w = world()
    w.server = (entry) => {
      if (entry.title === '一') throw new Problem(500)
      return {}
    }
    const box = await page(w)
    await box.write('lin', report('一'))
    await box.write('lin', report('二'))
    await box.flush()
    expect(box.entries.map((one) => one.state)).toEqual(['waiting', 'sent'])
  })

  it('never sends the entries of one account under another, and shows them to nobody else', async () => {
    const w = world()
    const box = await page(w)
    const own = await box.write('lin', report('林的'))
    await box.write(null, { ...report('谁都可以'), command: { kind: 'open_report', form: { text: '谁都可以' } } })
    expect(box.foreignTo('chen')).toEqual({ accounts: 1, nobody: 1 })
    expect(box.foreignTo(null)).toEqual({ accounts: 1, nobody: 0 })
    w.who = 'chen'
    await box.flush()
    expect(w.sent.map(said)).toEqual(['谁都可以'])
    // What was sent is of the one who wrote it, too: its number and code open the report.
    expect(box.ofAccount('chen')).toEqual([])
    expect(box.ofAccount('lin').map(said)).toEqual(['林的'])
    expect(box.ofAccount(null).map(said)).toEqual(['谁都可以'])
    await box.discard('chen', own.id)
    expect(await box.rewrite('chen', own.id, report('改'))).toBeUndefined()
    expect(box.ofAccount('lin').map(said)).toEqual(['林的'])
    w.who = null
    await box.flush()
    expect(w.sent).toHaveLength(1)
    w.who = 'lin'
    await box.flush()
    expect(w.sent.map(said)).toEqual(['谁都可以', '林的'])
  })

  it('does not let what may have reached the server be changed, only sent again as it was', async () => {
    const w = world()
    w.server = () => { throw new Problem(0) }
    const box = await page(w)
    const entry = await box.write('lin', report('一'))
    await box.flush()
    expect(await box.rewrite('lin', entry.id, report('改'))).toBeUndefined()
    w.server = () => ({ no: '350302003-261123-0001' })
    await box.flush()
    expect(w.sent.map((one) => [one.id, one.title])).toEqual([[entry.id, '一'], [entry.id, '一']])
    expect(box.entries[0]!.outcome?.no).toBe('350302003-261123-0001')
  })

  it('uploads a picture once, however often the report is tried', async () => {
    const w = world()
    let uploads = 0
    let reports = 0
    const deliver: Deliver = async (entry, keep) => {
      for (const photo of entry.photos) {
        if (photo.id) continue
        uploads += 1
        photo.id = `f${uploads}`
        await keep()
      }
      reports += 1
      if (reports === 1) throw new Problem(0)
      return {}
    }
    const box = await page(w, deliver)
    await box.write('lin', { ...report('一'), photos: [{ name: 'a.jpg', blob: new Blob(['x']) }] })
    await box.flush()
    const after = await page(w, deliver)
    await after.flush()
    expect([uploads, reports]).toEqual([1, 2])
    expect(after.entries[0]!.photos).toEqual([])
  })

  it('throws away only by the hand of the person, and lets what was sent go after some days', async () => {
    const w = world()
    const box = await page(w)
    const entry = await box.write('lin', report('一'))
    await box.write('lin', report('二'))
    await box.discard('lin', entry.id)
    await box.flush()
    expect(w.sent.map(said)).toEqual(['二'])
    w.now += (SENT_DAYS + 1) * 86_400_000
    expect((await page(w)).entries).toEqual([])
  })
})
