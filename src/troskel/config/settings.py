# SPDX-License-Identifier: EUPL-1.2
"""Settings. What differs between installations comes from the environment, as `description.py` describes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from troskel.config.databases import waiting
from troskel.config.description import SETTINGS
from troskel.ground.environment import WrongSettings, kept_secret, read
from troskel.people import sign_in_settings

GIVEN = read(SETTINGS, os.environ)
PRODUCTION: bool = GIVEN["TROSKEL_PRODUCTION"]
DEBUG: bool = GIVEN["TROSKEL_DEBUG"]
DEMO: bool = GIVEN["TROSKEL_DEMO"]  # anyone may become any of the demo's people
PACKAGE = Path(__file__).resolve().parent.parent
TROSKEL_SETTINGS = SETTINGS  # for the commands `check` and `settings`, which are a lower room's

# Municipality and e-mail

TROSKEL_MUNICIPALITY: str = GIVEN["TROSKEL_MUNICIPALITY"]
TROSKEL_SMTP: str = GIVEN["TROSKEL_SMTP"]
TROSKEL_MAIL_FROM: str = GIVEN["TROSKEL_MAIL_FROM"]
TROSKEL_LETTER_BOX: Path | None = GIVEN["TROSKEL_LETTER_BOX"]
TROSKEL_RETENTION: Path | None = GIVEN["TROSKEL_RETENTION"]
TROSKEL_OUTBOX_WORKER = "troskel.config.wiring.outbox_worker"  # what `troskel worker` runs

# The lock driver. A simulated one reports openings that did not happen: never in production

TROSKEL_LOCKS: str = GIVEN["TROSKEL_LOCKS"] or ("none" if PRODUCTION else "simulated")
if TROSKEL_LOCKS == "simulated" and PRODUCTION:
    raise WrongSettings(
        ["TROSKEL_LOCKS=simulated opens no real door and is refused in production: write none"]
    )
TROSKEL_LOCK_DRIVER = "troskel.config.wiring.lock_driver"  # what POST /phone/open uses

# Database. `serve` sets the wait and the threads of those who answer people

TROSKEL_WAIT: float = GIVEN["TROSKEL_WAIT"]
TROSKEL_THREADS: int = GIVEN["TROSKEL_THREADS"]  # 0: a program of one's own
TROSKEL_REQUESTS: int = GIVEN["TROSKEL_REQUESTS"]
TROSKEL_SESSIONS: int = GIVEN["TROSKEL_SESSIONS"]  # 0: no limit
TROSKEL_WORKERS: int = GIVEN["TROSKEL_WORKERS"]
DATABASES: dict[str, dict[str, Any]] = {"default": waiting(GIVEN["TROSKEL_DATABASE"], TROSKEL_WAIT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_FILE = Path(
    DATABASES["default"]["NAME"] if DATABASES["default"]["ENGINE"].endswith("sqlite3") else "data/troskel"
).absolute()
try:
    _FILE.parent.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise WrongSettings([f"the folder {_FILE.parent} can't be made: {error.strerror}"]) from None

# Secrets and addresses

SECRET_KEY: str = GIVEN["TROSKEL_SECRET"] or kept_secret(_FILE.with_name(f"{_FILE.name}.secret"))
SECRET_KEY_FALLBACKS = [GIVEN["TROSKEL_SECRET_PREVIOUS"]] if GIVEN["TROSKEL_SECRET_PREVIOUS"] else []
TROSKEL_JOURNAL_KEY: str = GIVEN["TROSKEL_JOURNAL_KEY"]
TROSKEL_JOURNAL_KEY_PATH = _FILE.with_name(f"{_FILE.name}.journal-key")  # made when first needed
TROSKEL_HEADS: Path = GIVEN["TROSKEL_HEADS"] or _FILE.with_name(f"{_FILE.name}.heads")
TROSKEL_HEADS_TO: list[str] = GIVEN["TROSKEL_HEADS_TO"]
TROSKEL_BACKUP: Path | None = GIVEN["TROSKEL_BACKUP"]
TROSKEL_BACKUP_TO: list[str] = GIVEN["TROSKEL_BACKUP_TO"]
ALLOWED_HOSTS: list[str] = GIVEN["TROSKEL_HOSTS"]
TROSKEL_PROXIES: frozenset[str] = GIVEN["TROSKEL_PROXIES"]

TROSKEL_METRICS_FROM: frozenset[str] = GIVEN["TROSKEL_METRICS_FROM"]
TROSKEL_METRICS_TOKEN: str = GIVEN["TROSKEL_METRICS_TOKEN"]

# Rooms, lowest first

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # serves the files of the interactive documentation locally
    "troskel.ground",
    "troskel.journal",
    "troskel.outbox",
    "troskel.people",
    "troskel.care",
    "troskel.custody",
    "troskel.orders",
    "troskel.access",
    "troskel.visits",
    "troskel.billing",
    "troskel.duties",
    "troskel.screens",
    "troskel.retention",
    "troskel.permits",
    "troskel.runner",
    "troskel.acts",
    "troskel.reading",
    "troskel.offers",
    "troskel.exchange",
    "troskel.simulator",
    "troskel.keeping",
    "troskel.api",
    "troskel.web",
    "troskel.phone",
    "troskel.cli",
]
AUTH_USER_MODEL = "people.Account"

# Requests

MIDDLEWARE = [
    "troskel.web.shell.forwarded.ForwardedMiddleware",
    "troskel.web.shell.request_log.RequestLog",
    "troskel.web.shell.security_headers.SecurityHeadersMiddleware",
    "troskel.web.shell.watching.Watching",
    "troskel.screens.language.LanguageMiddleware",
    "troskel.screens.session.KeepSession",
    "troskel.api.problems.ProblemsOnly",
    "troskel.web.shell.rates.Rates",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "troskel.web.shell.busy.InTurn",
]
ROOT_URLCONF = "troskel.config.urls"
WSGI_APPLICATION = "troskel.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "troskel.web.shell.jinja_environment.environment"},
    },
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}},
]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrftoken"
CSRF_FAILURE_VIEW = "troskel.web.shell.errors.csrf_failure"

STATIC_URL = "/static/"
STATIC_ROOT = str(GIVEN["TROSKEL_STATIC"] or _FILE.with_name("static")) if PRODUCTION else None
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "troskel.web.shell.assets.VendorFinder",
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "troskel.web.shell.assets.CollectedFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# Signing in: a file says by whom, and how surely; without one, by passkeys alone (docs/signing-in.md)

TROSKEL_SIGN_IN = sign_in_settings.read(GIVEN["TROSKEL_SIGN_IN"], GIVEN["TROSKEL_OIDC_SECRET"])

# Time and language

USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]

# Logged on stderr: a line a request, the security log, and errors with their frames and without values. No line
# contains a name, a number or an address (docs/watching.md)

OF_SERVERS = "INFO" if TROSKEL_THREADS and not DEMO else "ERROR"  # a command's stderr is read by its caller
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "troskel.ground.error_log.LogFormatter", "as_json": GIVEN["TROSKEL_LOG"] == "json"}
    },
    "handlers": {"stderr": {"class": "troskel.ground.error_log.LogHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "troskel.requests": {"level": OF_SERVERS},
        "troskel.security": {"level": OF_SERVERS},
    },
}
