(() => {
  "use strict";
  const $ = (s) => document.getElementById(s), all = (s) => [...document.querySelectorAll(s)];
  const dock = $("dock"), find = $("find"), entries = all("section.e"), toc = all(".toc li");
  let mark = null;
  document.body.classList.add("keyed");
  find.hidden = document.querySelector(".keys").hidden = false;
  const guard = (t, always) => t && (always || /^[\s=+\-@'"\d０-９.,%/「]|\s$/.test(t)) ? `「${t}」` : t;
  const cell = (t) => /[",\r\n]/.test(t) ? `"${t.replaceAll('"', '""')}"` : t;
  // Told by classes: asking for the place of an element would lay out every entry that is not on the screen.
  const shown = (e) => { const at = e.closest(".e"); return !at || !(at.matches(".off") || ($("only").checked && !at.matches(".f"))); };
  function line(m) {
    const title = m.closest(".e")?.dataset.title ?? "", quote = m.dataset.q ?? m.textContent;
    return ["", guard(document.body.dataset.document), guard(title, 1), guard(quote, 1), m.dataset.n ?? "1", "",
      guard($("action").value === "set_measured" ? m.dataset.m ?? "" : m.dataset.x, 1), $("action").value, "", "", "", ""].map(cell).join(",");
  }
  function show(m) {
    mark = m;
    $("what").textContent = m.textContent + "\n" + m.dataset.t;
    const fixable = m.dataset.x !== undefined;
    dock.querySelector(".fix").hidden = !fixable;
    $("line").textContent = fixable ? line(m) : "";
    dock.hidden = false;
  }
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); } catch {
      const range = document.createRange(); range.selectNodeContents($("line"));
      getSelection().removeAllRanges(); getSelection().addRange(range); document.execCommand("copy");
    }
    $("copy").classList.add("done"); setTimeout(() => $("copy").classList.remove("done"), 900);
  }
  function go(list, step) {
    const seen = list.filter(shown), here = document.activeElement, y = (e) => e.compareDocumentPosition(here);
    const at = seen.findIndex((e) => e === here || e.contains(here));
    let next = at >= 0 ? at + step : step > 0 ? seen.findIndex((e) => y(e) & 2) : seen.findLastIndex((e) => y(e) & 4);
    if (at < 0 && next < 0) next = step > 0 ? 0 : seen.length - 1;
    const to = seen[Math.max(0, Math.min(seen.length - 1, next))];
    if (to) { to.focus({ preventScroll: true }); to.scrollIntoView({ block: to.classList.contains("e") ? "start" : "center" }); }
  }
  document.addEventListener("focusin", (event) => {
    const m = event.target.closest("mark[data-t]"), note = event.target.closest(".note[data-at]");
    all("mark.lit").forEach((e) => e.classList.remove("lit"));
    if (note) { const to = $(note.dataset.at); if (to) { to.classList.add("lit"); $("action").value = note.matches(".is-contradiction") ? "fix_misprint" : "read_as"; show(to); } } else if (m) show(m);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { dock.hidden = true; document.activeElement.blur(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const keys = { j: () => go(all(".note"), 1), k: () => go(all(".note"), -1), n: () => go(entries, 1), p: () => go(entries, -1),
      c: () => mark && !dock.hidden && copy($("line").textContent), "/": () => find.focus() };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  find.addEventListener("input", () => {
    const words = find.value.trim();
    entries.forEach((e, i) => {
      const off = words !== "" && !e.textContent.includes(words);
      e.classList.toggle("off", off); toc[i]?.classList.toggle("off", off);
    });
  });
  $("action").addEventListener("change", () => mark && show(mark));
  $("copy").addEventListener("click", () => copy($("line").textContent));
  $("close").addEventListener("click", () => { dock.hidden = true; });
})();
