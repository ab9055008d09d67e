/**
 * A shelf of this browser: rows that outlive the page. IndexedDB where the browser allows it, else
 * memory, and then [`lasting`] says so: a private window keeps nothing.
 */
export interface Shelf<Row> {
  readonly lasting: boolean
  all(): Promise<Row[]>
  get(key: string): Promise<Row | undefined>
  put(row: Row): Promise<void>
  remove(key: string): Promise<void>
}

const DATABASE = 'hangji-field'
const VERSION = 1
/** Name of each shelf, and the field of a row that is its key. */
const SHELVES = { outbox: 'id', kept: 'key', drafts: 'key' } as const
type Name = keyof typeof SHELVES

let opened: Promise<IDBDatabase> | undefined
function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(DATABASE, VERSION)
    asked.onupgradeneeded = () => {
      for (const [name, key] of Object.entries(SHELVES)) asked.result.createObjectStore(name, { keyPath: key })
    }
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(asked.error)
    asked.onblocked = () => failed(new Error('blocked'))
  })
  return opened
}

/** A transaction is done when it is on the disk, not when its request is answered. */
async function through<Answer>(name: Name, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Answer>): Promise<Answer> {
  const database = await open()
  return new Promise((done, failed) => {
    // Old browsers do not know the third argument and ignore it.
    const transaction = database.transaction(name, mode, { durability: 'strict' })
    const request = ask(transaction.objectStore(name))
    transaction.oncomplete = () => done(request.result)
    transaction.onabort = transaction.onerror = () => failed(transaction.error ?? request.error)
  })
}

/** A shelf in memory: for browsers that forbid the database, and for tests. */
export function memoryShelf<Row>(keyOf: (row: Row) => string): Shelf<Row> {
  const rows = new Map<string, Row>()
  return {
    lasting: false,
    all: async () => [...rows.values()].map((row) => ({ ...row })),
    get: async (key) => { const row = rows.get(key); return row && { ...row } },
    put: async (row) => void rows.set(keyOf(row), { ...row }),
    remove: async (key) => void rows.delete(key),
  }
}

/** The shelf of this name. */
export async function shelf<Row>(name: Name): Promise<Shelf<Row>> {
  try {
    await open()
  } catch {
    return memoryShelf<Row>((row) => (row as Record<string, string>)[SHELVES[name]]!)
  }
  return {
    lasting: true,
    all: () => through(name, 'readonly', (store) => store.getAll() as IDBRequest<Row[]>),
    get: (key) => through(name, 'readonly', (store) => store.get(key) as IDBRequest<Row | undefined>),
    put: async (row) => void (await through(name, 'readwrite', (store) => store.put(row))),
    remove: (key) => through(name, 'readwrite', (store) => store.delete(key)),
  }
}
