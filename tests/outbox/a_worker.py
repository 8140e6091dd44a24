# SPDX-License-Identifier: EUPL-1.2
"""A worker in a process of its own, made to be killed. Reads where to work from standard input."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "src")]

import django  # noqa: E402
from django.conf import settings  # noqa: E402

if __name__ == "__main__":
    order = json.load(sys.stdin)
    settings.DATABASES["default"].update(order["database"])
    django.setup()

    from tests.outbox.test_outbox_post import to_staff
    from troskel.outbox.post import Smtp, handlers
    from troskel.outbox.worker import Worker

    smtp = Smtp.from_url(order["smtp"], sender="Tröskel <ingen-svarar@troskel.example>")
    Worker(handlers(to_staff(), smtp)).run(threading.Event())
