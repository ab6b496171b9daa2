// Keys for everything: an element names its key in data-key; no script stands in any page.
(function () {
  "use strict";
  var typing = function (e) {
    return /^(TEXTAREA|SELECT)$/.test(e.tagName) || (e.tagName === "INPUT" && !/^(radio|checkbox)$/.test(e.type));
  };
  var rows = function () { return Array.from(document.querySelectorAll("[data-rows] tbody tr")); };

  function move(step) {
    var all = rows();
    if (!all.length) return;
    var at = all.findIndex(function (r) { return r.classList.contains("here"); });
    var to = all[Math.max(0, Math.min(all.length - 1, at + step))];
    all.forEach(function (r) { r.classList.remove("here"); });
    to.classList.add("here");
    to.querySelector("a").focus();
    to.scrollIntoView({ block: "nearest" });
  }

  function act(e) {
    if (e.type === "radio" || e.type === "checkbox") { e.click(); return; }
    if (typing(e)) { e.focus(); if (e.select) e.select(); return; }
    e.click();
  }

  document.addEventListener("keydown", function (event) {
    var at = document.activeElement;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      var form = (at && at.form) || document.querySelector("form.decide, .decide form, form.family");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && at && typing(at)) { at.blur(); return; }
    // Enter in a reason decides; Shift+Enter begins a new line.
    if (event.key === "Enter" && !event.shiftKey && at && at.hasAttribute("data-submit")) {
      event.preventDefault();
      at.form.requestSubmit();
      return;
    }
    if (at && typing(at)) return;
    if (event.key === "?") { document.getElementById("keys").showModal(); return; }
    if (event.key === "j") { move(1); return; }
    if (event.key === "k") { move(-1); return; }
    if (event.key === "Enter") return;
    var found = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (found) { event.preventDefault(); act(found); }
  });

  document.addEventListener("change", function (event) {
    var e = event.target;
    if (e.dataset.all) {
      document.querySelectorAll('input[name="' + e.dataset.all + '"]:not(:disabled)').forEach(function (box) { box.checked = e.checked; });
    }
    // Choosing what to do puts its usual reason before the analyst, selected, to be kept or typed over.
    if (e.dataset.then) {
      var reason = document.getElementById(e.dataset.then);
      var usual = Array.from(document.querySelectorAll("[data-reason]")).map(function (r) { return r.dataset.reason; });
      if (!reason.value || usual.includes(reason.value)) reason.value = e.dataset.reason;
      reason.focus();
      reason.select();
    }
  });

  // One press, one decision.
  document.addEventListener("submit", function (event) {
    if (event.target.dataset.sent) event.preventDefault();
    if (event.target.method === "post" && !event.target.hasAttribute("hx-get")) event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
  });
})();
