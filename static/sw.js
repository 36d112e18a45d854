'use strict';
// Served as /sw.js. The server writes the build and the hashed files of this build into the next line.
const BUILD = '__BUILD__', ASSETS = __ASSETS__;

// Only static files and the offline page are ever stored: no page of anybody, no data, no PDF.
const CACHE = 'hatchery-' + BUILD;
const OFFLINE = '/offline';
const PATIENCE_MS = 8000;

self.addEventListener('install', function (event) {
  // Without cookies, so that the offline page is nobody's page. The new worker then waits for its turn.
  const offline = new Request(OFFLINE, { credentials: 'omit', cache: 'reload' });
  event.waitUntil(caches.open(CACHE).then(function (cache) { return cache.addAll(ASSETS.concat(offline)); }));
});

self.addEventListener('activate', function (event) {
  event.waitUntil(forgetAllBut(CACHE).then(function () { return self.clients.claim(); }));
});

self.addEventListener('fetch', function (event) {
  const request = event.request, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fromNetworkInTime(request));
  else if (ASSETS.indexOf(url.pathname) >= 0) event.respondWith(fromCache(request));
});

self.addEventListener('message', function (event) {
  if (event.data === 'skip-waiting') self.skipWaiting();
  if (event.data === 'clear') event.waitUntil(forgetAllBut('').then(function () { return self.registration.unregister(); }));
});

function forgetAllBut(kept) {
  return caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name !== kept; })
      .map(function (name) { return caches.delete(name); }));
  });
}

function fromCache(request) {
  return caches.match(request).then(function (kept) { return kept || fetch(request); });
}

function fromNetworkInTime(request) {
  const tooLate = new Promise(function (resolve, reject) { setTimeout(reject, PATIENCE_MS); });
  return Promise.race([fetch(request), tooLate]).catch(function () {
    return caches.match(OFFLINE).then(function (page) { return page || Response.error(); });
  });
}
