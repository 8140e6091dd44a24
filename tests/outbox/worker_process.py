# SPDX-License-Identifier: EUPL-1.2
"""A worker in its own process, to be killed or told to stop. Reads its configuration from standard input."""

from __future__ import annotations

import argparse
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

    from tests.outbox.test_email_delivery import to_staff
    from troskel.outbox.email_delivery import SmtpTransport, email_handlers
    from troskel.outbox.worker import Worker

    smtp = SmtpTransport.from_url(order["smtp"], sender="Tröskel <ingen-svarar@troskel.example>")
    worker = Worker(email_handlers(to_staff(), smtp))
    if order.get("as_command"):
        from troskel.cli import running_commands

        running_commands._outbox_worker = lambda: worker
        sys.exit(running_commands.worker(argparse.Namespace(once=False)))
    worker.run(threading.Event())
