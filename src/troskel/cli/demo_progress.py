# SPDX-License-Identifier: EUPL-1.2
"""What the demo answers while it is being filled: how far it has come, and the start page as soon as it is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

RETRY_SECONDS = 3
SCRIPT = """
const bar = document.querySelector("progress"), said = document.querySelector("output");
const ask = async () => {
  try {
    const answer = await fetch("/filling", { cache: "no-store" });
    if (answer.status !== 503) return location.reload();
    const [days, all] = (await answer.text()).split(" ");
    bar.max = all; bar.value = days; said.textContent = `${days} / ${all}`;
  } catch { /* the pages are about to answer */ }
  setTimeout(ask, 1000);
};
ask();
"""
PAGE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Tröskel · strax klar</title>
<noscript><meta http-equiv="refresh" content="3"></noscript>
<link rel="stylesheet" href="/filling.css"><script src="/filling.js" defer></script></head>
<body><main>
<h1>En påhittad kommun växer fram</h1>
<p>Två år i Tröskelby levs dag för dag, med samma handlingar som ni själva gör. Sidan byts ut när det är klart.</p>
<p><progress max="{all}" value="{days}" aria-label="Dagar"></progress> <output>{days} / {all}</output> dagar</p>
<p lang="en">An invented municipality lives through two years, day by day. This page gives way when it is done.</p>
</main></body></html>
"""
STYLE = """
body { margin: 0; font: 1.0625rem/1.5 system-ui, sans-serif; background: #f7f6f2; color: #16202a; }
main { max-width: 40rem; margin: 15vh auto 0; padding: 0 1rem; }
progress { width: 100%; height: 1rem; accent-color: #0b5563; }
p[lang] { color: #55606a; }
@media (prefers-color-scheme: dark) {
  body { background: #14191c; color: #e9ece9; } progress { accent-color: #84c7d1; } p[lang] { color: #a9b4b8; }
}
"""


class FilledDays(NamedTuple):
    """How many days are lived, of how many."""

    days: int
    all: int


class ProgressPage:
    """Serves the page; `tell` says how far it is."""

    def __init__(self) -> None:
        self.progress = FilledDays(0, 730)

    def tell(self, days: int, all_days: int) -> None:
        """From now on this is shown."""
        self.progress = FilledDays(days, all_days)

    def answer(self, path: str) -> tuple[int, str, str]:
        """Returns status, content type and body. The page is 503: what is waited for is not there yet."""
        days, all_days = self.progress
        if path == "/filling.js":
            return 200, "text/javascript", SCRIPT
        if path == "/filling.css":
            return 200, "text/css", STYLE
        if path == "/filling":
            return 503, "text/plain", f"{days} {all_days}"
        return 503, "text/html", PAGE.format(days=days, all=all_days)


@contextmanager
def progress_shown(port: int) -> Iterator[ProgressPage]:
    """Answers on the port of this machine until the block ends."""
    page = ProgressPage()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = page.answer(self.path)
            content = body.encode("utf-8")
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", "default-src 'self'")
            if status != 200:
                self.send_header("Retry-After", str(RETRY_SECONDS))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing: the terminal tells of the days."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield page
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
