'use strict';
// Served as /sw.js while the operator has switched the service worker off: takes the place of the one before it,
// deletes what that one kept, and goes. Open pages stay as they are, with all that is typed in them.
self.addEventListener('install', function () { self.skipWaiting(); });

self.addEventListener('activate', function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.registration.unregister(); }));
});
