// Makes the field app open without a network: its page and its files are kept when a version is
// installed, and nothing else is. What the server says is never kept here.
const VERSION = '__VERSION__'
const FILES = '__FILES__'
const SHELF = `hangji-field-${VERSION}`

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(SHELF)
      .then((shelf) => shelf.addAll(FILES.map((file) => new Request(file, { cache: file.startsWith('/assets/') ? 'default' : 'reload' }))))
      .then(() => self.skipWaiting()),
  )
})
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('hangji-field-') && name !== SHELF).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && url.pathname.startsWith('/m/')) {
    event.respondWith(caches.match('/m/', { cacheName: SHELF }).then((page) => page || fetch(request)))
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(request, { cacheName: SHELF, ignoreSearch: true, ignoreVary: true }).then((file) => file || fetch(request)))
  }
})
