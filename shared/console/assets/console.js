// The console works without this: it asks again for the page that is open, and puts in what
// of it is live.
"use strict";
(() => {
  const seconds = Number(document.body.dataset.live);
  if (!seconds) return;
  let failures = 0;

  // Who is typing or marking something isn't disturbed.
  const busy = (live) => {
    const at = document.activeElement;
    if (live.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)) return true;
    const marked = document.getSelection();
    if (marked && !marked.isCollapsed && live.contains(marked.anchorNode)) return true;
    return [...live.querySelectorAll("input, textarea")].some((e) => e.type !== "hidden" && e.value !== e.defaultValue);
  };

  const replace = (live, fresh) => {
    if (live.innerHTML === fresh.innerHTML) return;
    const at = document.activeElement;
    const focused = live.contains(at) ? at.id || at.getAttribute("href") : "";
    const open = [...live.querySelectorAll("details[open]")].map((e) => e.id);
    live.replaceWith(document.adoptNode(fresh));
    for (const id of open) {
      const e = document.getElementById(id);
      if (e) e.open = true;
    }
    if (!focused) return;
    for (const e of fresh.querySelectorAll("a, button, summary")) {
      if (e.id === focused || e.getAttribute("href") === focused) {
        e.focus({ preventScroll: true });
        return;
      }
    }
  };

  const refresh = async () => {
    const live = document.getElementById("live");
    if (!live || document.hidden || busy(live)) return;
    try {
      const answer = await fetch(location.href, { headers: { "Carimbo-Live": "1" }, credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      const now = document.getElementById("live");
      if (fresh && now && !busy(now)) replace(now, fresh);
      failures = 0;
    } catch {
      failures++;
    }
  };

  const again = async () => {
    await refresh();
    setTimeout(again, 1000 * seconds * Math.min(1 + failures, 20));
  };
  setTimeout(again, 1000 * seconds);
})();
