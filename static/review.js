'use strict';
// The desk of a reviewer: a file opens beside the data, keys turn its pages. Without this file links do the same.
(function () {
  var page = window.hatchery;
  if (!page) return;

  var desk = document.querySelector('.desk');
  function viewer() { return document.querySelector('section#viewer'); }

  // The row that the open file proves is tinted, and its link says that it is open.
  function mark() {
    var open = viewer(), row = open && document.getElementById(open.dataset.row);
    desk.classList.toggle('split', Boolean(open));
    page.all('.looked').forEach(function (one) { one.classList.remove('looked'); });
    page.all('a[data-file]').forEach(function (link) {
      if (open && link.dataset.file === open.dataset.file) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
    if (row) row.classList.add('looked');
    if (open) fetchNext(open);
  }

  // The server has the next page ready before it is asked for.
  function fetchNext(open) {
    var picture = open.querySelector('[data-next]');
    if (!picture) return;
    function fetchIt() { new Image().src = picture.dataset.next; }
    if (picture.complete) fetchIt(); else picture.addEventListener('load', fetchIt);
  }

  page.on('htmx:afterSettle', function () {
    mark();
    if (viewer() && document.activeElement === document.body) viewer().focus();
  });

  page.on('click', function (event) {
    if (!page.near(event, '[data-close-viewer]')) return;
    event.preventDefault();
    var link = document.querySelector('a[data-file][aria-current]'), empty = document.createElement('div');
    empty.id = 'viewer';
    viewer().parentNode.replaceChild(empty, viewer());
    window.history.replaceState(null, '', event.target.closest('a').href);
    mark();
    if (link) link.focus();
  });

  // Writing a note keeps the file open that is being looked at.
  page.on('click', function (event) {
    var link = page.near(event, 'a.pin'), open = viewer();
    if (!link || !open) return;
    var address = new URL(link.href);
    address.searchParams.set('file', open.dataset.file);
    link.href = address.href;
  });

  // Single keys work only in the viewer and on links of files, so that nobody presses them by mistake.
  page.on('keydown', function (event) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!viewer() || !page.near(event, '#viewer, a[data-file]')) return;
    var key = event.key === '=' ? '+' : event.key.toLowerCase();
    var link = page.all('[data-key]', viewer()).filter(function (one) { return one.dataset.key === key; })[0];
    if (!link && key === 'j') link = document.querySelector('#v-next-file[href]');
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  mark();
}());
