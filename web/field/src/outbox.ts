/**
 * What was written and is not yet at the server (R075). An entry is on the disk before anything is
 * sent; its key is made once, when it is written, so that the server does it once however often it
 * is sent; the entries of one matter are sent in the order in which they were written; what one
 * account wrote, or nobody, is read, changed and sent by that one alone; and nothing leaves the box
 * but by the server's yes or the person's own hand.
 */
import type { Problem } from '@shared/problem'
import { toProblem } from '@shared/problem'
import type { PublicReceipt, PublicReport } from '@shared/resident'
import type { ActionForm, FieldProblem, Id, MatterView, Millis, ReportForm, Visit } from '@shared/types'
import { uuid } from '@shared/uuid'
import type { Shelf } from './shelf'

export interface VisitForm { unit: Id; kind: string; text: string; at: Millis; for_head?: boolean; matter_report?: ReportForm }
export interface NoticeForm { values: string[]; reply?: string }

/** What is to be done. */
export type Command =
  | { kind: 'report'; form: ReportForm }
  | { kind: 'open_report'; form: PublicReport }
  | { kind: 'act'; matter: Id; action: string; form: ActionForm; version: number }
  | { kind: 'visit'; form: VisitForm }
  | { kind: 'notice'; notice: Id; form: NoticeForm }

/** `refused`: the server said no, and why; `conflict`: somebody else acted on the matter before. */
export type State = 'waiting' | 'sending' | 'refused' | 'conflict' | 'sent'

/** A picture of an entry; it has an id as soon as the server has it. */
export interface Photo { name: string; blob: Blob; id?: Id; at?: Millis }

/** What came of an entry that was sent. */
export interface Outcome { id?: Id; no?: string; code?: string; version?: number }

/** What a person writes. */
export interface Draft {
  command: Command
  photos: Photo[]
  /** What it is about, in the list of the box. */
  title: string
  /** The word of what is done about it. */
  word: string
}

export interface Entry extends Draft {
  /** Idempotency-Key. */
  id: string
  seq: number
  /** Whose it is; null: of whoever is not signed in, and sent without any session. */
  account: Id | null
  state: State
  written: Millis
  tried?: Millis
  /** Once a command has gone out its content must stay the same under its key. */
  out: boolean
  message?: string
  problems?: FieldProblem[]
  outcome?: Outcome
}

/** Sends one entry; `keep` puts what the entry learned meanwhile (ids of pictures) on the disk. */
export type Deliver = (entry: Entry, keep: () => Promise<void>) => Promise<Outcome>
/** Who the server says is signed in: null for nobody. Throws where it cannot be asked. */
export type Who = () => Promise<Id | null>

/** What was sent stays to be looked at for so long. */
export const SENT_DAYS = 7

/** Entries with the same subject are sent one after the other. */
export function subjectOf(entry: Pick<Entry, 'id' | 'command'>): string {
  if (entry.command.kind === 'act') return `matter ${entry.command.matter}`
  if (entry.command.kind === 'notice') return `notice ${entry.command.notice}`
  return entry.id
}
const unsent = (entry: Entry) => entry.state !== 'sent'
/** What went out and was not answered may be done already: only the same again can tell. */
export const mayChange = (entry: Entry) => entry.state === 'refused' || entry.state === 'conflict' || (entry.state === 'waiting' && !entry.out)

export class Outbox {
  entries: Entry[] = []
  /** Why the last attempt ended before the box was empty; none where it did not. */
  trouble: Problem | null = null
  private running: Promise<void> | null = null
  private again = false

  constructor(
    private readonly shelf: Shelf<Entry>,
    private readonly deliver: Deliver,
    private readonly who: Who,
    private readonly clock: () => Millis,
    private readonly changed: () => void = () => {},
  ) {}

  /** Takes up what is on the disk. What was on its way when the browser ended is sent again. */
  async open(): Promise<void> {
    await this.load()
    const old = this.clock() - SENT_DAYS * 86_400_000
    for (const entry of [...this.entries]) {
      if (entry.state === 'sending') await this.set(entry, { state: 'waiting' })
      if (entry.state === 'sent' && entry.written < old) await this.drop(entry)
    }
    this.changed()
  }

  /** Puts something into the box; it is on the disk when this returns. */
  async write(account: Id | null, draft: Draft): Promise<Entry> {
    const entry: Entry = { ...draft, id: uuid(), seq: this.nextSeq(), account, state: 'waiting', written: this.clock(), out: false }
    await this.shelf.put(entry)
    if (!this.entries.some((one) => one.id === entry.id)) this.entries.push(entry)
    this.changed()
    return entry
  }

  /** Changed and to be sent again: a new command in the place of the old one, by whoever wrote that. */
  async rewrite(account: Id | null, id: string, draft: Draft): Promise<Entry | undefined> {
    const old = this.ofAccount(account).find((one) => one.id === id)
    if (!old || !mayChange(old)) return undefined
    const entry: Entry = { ...draft, id: uuid(), seq: old.seq, account: old.account, state: 'waiting', written: this.clock(), out: false }
    // First the new, then the old: ended between the two, both are there, and the old one is not sent by itself.
    await this.shelf.put(entry)
    await this.shelf.remove(old.id)
    this.entries = this.entries.map((one) => (one.id === id ? entry : one))
    this.changed()
    return entry
  }

  /** Thrown away by the person's own hand. What is on its way cannot be. */
  async discard(account: Id | null, id: string): Promise<void> {
    const entry = this.ofAccount(account).find((one) => one.id === id)
    if (entry && entry.state !== 'sending') await this.drop(entry)
    this.changed()
  }

  /** What this account wrote, sent or not; null: what nobody did. No other may read it: a follow-up code opens a report. */
  ofAccount(account: Id | null): Entry[] {
    return this.entries.filter((one) => one.account === account)
  }
  /** How many entries of others wait here: of other accounts, and of whoever was not signed in. */
  foreignTo(account: Id | null): { accounts: number; nobody: number } {
    const others = this.entries.filter((one) => unsent(one) && one.account !== account)
    const nobody = others.filter((one) => one.account === null).length
    return { accounts: others.length - nobody, nobody }
  }

  /** Sends what can be sent. Asked while it runs, it runs once more. */
  flush(): Promise<void> {
    if (this.running) {
      this.again = true
      return this.running
    }
    this.running = (async () => {
      do {
        this.again = false
        await this.round()
      } while (this.again)
    })().finally(() => {
      this.running = null
      this.changed()
    })
    return this.running
  }

  private async round(): Promise<void> {
    // Another page of the same browser may have written or sent.
    await this.load()
    this.trouble = null
    const held = new Set<string>()
    for (const entry of [...this.entries].sort((a, b) => a.seq - b.seq)) {
      if (!unsent(entry)) continue
      // Changed or thrown away while others were on their way.
      if (!this.entries.some((one) => one.id === entry.id)) continue
      const subject = subjectOf(entry)
      if (entry.state !== 'waiting' || held.has(subject)) {
        held.add(subject)
        continue
      }
      try {
        // Asked before each entry: somebody else may have signed in meanwhile, in another page.
        if (entry.account !== null && (await this.who()) !== entry.account) {
          held.add(subject)
          continue
        }
        await this.set(entry, { state: 'sending', tried: this.clock(), message: undefined, problems: undefined })
        const outcome = await this.deliver(entry, () => this.shelf.put(entry))
        await this.follow(entry, outcome)
        await this.set(entry, { state: 'sent', outcome, photos: [] })
      } catch (error) {
        held.add(subject)
        const problem = toProblem(error)
        const mine = problem.retryable || problem.status === 401
        const state: State = mine ? 'waiting' : problem.stale ? 'conflict' : 'refused'
        await this.set(entry, { state, message: problem.message, problems: problem.problems })
        if (!mine) continue
        this.trouble = problem
        // The network, the session or a busy server: it is the same for the others. A fault of the
        // server with this one entry is not.
        if ([0, 401, 429, 503].includes(problem.status)) return
      }
    }
  }

  /** One's own next step on a matter was decided on what one's own last step made of it. */
  private async follow(entry: Entry, outcome: Outcome): Promise<void> {
    if (entry.command.kind !== 'act' || outcome.version === undefined) return
    const { matter, version } = entry.command
    for (const next of this.entries) {
      const command = next.command
      if (next === entry || next.out || next.state !== 'waiting' || command.kind !== 'act') continue
      if (command.matter === matter && command.version === version) {
        await this.set(next, { command: { ...command, version: outcome.version } })
      }
    }
  }

  private nextSeq(): number {
    return this.entries.reduce((most, one) => Math.max(most, one.seq), 0) + 1
  }
  private async load(): Promise<void> {
    this.entries = (await this.shelf.all()).sort((a, b) => a.seq - b.seq || a.written - b.written)
  }
  private async set(entry: Entry, change: Partial<Entry>): Promise<void> {
    Object.assign(entry, change)
    await this.shelf.put(entry)
    this.changed()
  }
  private async drop(entry: Entry): Promise<void> {
    await this.shelf.remove(entry.id)
    this.entries = this.entries.filter((one) => one.id !== entry.id)
  }
}

/** What is left of an answer once it came. */
export const ofMatter = (made: MatterView): Outcome => ({ id: made.id, no: made.no, code: made.reporter.follow_code ?? undefined, version: made.version })
export const ofReceipt = (receipt: PublicReceipt): Outcome => ({ no: receipt.no, code: receipt.code })
export const ofVisit = (visit: Visit): Outcome => (visit.matter ? { id: visit.matter.id, no: visit.matter.no ?? undefined } : {})
