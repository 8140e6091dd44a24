# SPDX-License-Identifier: EUPL-1.2
"""Settings. Everything that differs between installations comes from the environment, as `TROSKEL_…`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from troskel.config.databases import database
from troskel.people import sign_in_settings

PRODUCTION = os.environ.get("TROSKEL_PRODUCTION") == "1"
DEBUG = os.environ.get("TROSKEL_DEBUG") == "1" and not PRODUCTION
PACKAGE = Path(__file__).resolve().parent.parent

# Municipality and e-mail

TROSKEL_MUNICIPALITY = (
    os.environ.get("TROSKEL_MUNICIPALITY") or "0999"
)  # assigned to no municipality: the demo's
TROSKEL_SMTP = os.environ.get("TROSKEL_SMTP") or "smtp://127.0.0.1:1025"
TROSKEL_MAIL_FROM = os.environ.get("TROSKEL_MAIL_FROM") or "troskel@example.org"
TROSKEL_LETTER_BOX = os.environ.get("TROSKEL_LETTER_BOX", "")  # a folder instead of a mail server: the demo's
TROSKEL_RETENTION = os.environ.get(
    "TROSKEL_RETENTION", ""
)  # a folder of the municipality's own retention plans
TROSKEL_OUTBOX_WORKER = "troskel.config.wiring.outbox_worker"  # what `troskel worker` runs

# The lock driver. A simulated one reports openings that did not happen: never in production


def _locks() -> str:
    driver = os.environ.get("TROSKEL_LOCKS") or ("none" if PRODUCTION else "simulated")
    if driver not in ("simulated", "none"):
        raise RuntimeError(f"TROSKEL_LOCKS={driver!r} is no lock driver: write simulated or none")
    if driver == "simulated" and PRODUCTION:
        raise RuntimeError(
            "TROSKEL_LOCKS=simulated opens no real door and is refused in production: write none"
        )
    return driver


TROSKEL_LOCKS = _locks()
TROSKEL_LOCK_DRIVER = "troskel.config.wiring.lock_driver"  # what POST /phone/open uses

# Secrets and addresses

_SECRET_OF_DEVELOPMENT = "known to everyone: refused in production"


def _secret() -> str:
    secret = os.environ.get("TROSKEL_SECRET", "")
    if not PRODUCTION:
        return secret or _SECRET_OF_DEVELOPMENT
    if len(secret) < 32:
        raise RuntimeError("production asks for TROSKEL_SECRET: at least 32 characters that nobody can guess")
    return secret


def _hosts() -> list[str]:
    hosts = [host.strip() for host in os.environ.get("TROSKEL_HOSTS", "").split(",") if host.strip()]
    if PRODUCTION and not hosts:
        raise RuntimeError(
            "production asks for TROSKEL_HOSTS: the names it is reached by, with commas between"
        )
    return hosts or ["localhost", "127.0.0.1", "[::1]"]


SECRET_KEY = _secret()
ALLOWED_HOSTS = _hosts()

# Database

DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ.get("TROSKEL_DATABASE") or "sqlite:///data/troskel.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)

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
    "troskel.api",
    "troskel.web",
    "troskel.phone",
    "troskel.cli",
]
AUTH_USER_MODEL = "people.Account"

# Requests

MIDDLEWARE = [
    "troskel.web.shell.security_headers.SecurityHeadersMiddleware",
    "troskel.screens.language.LanguageMiddleware",
    "troskel.screens.session.KeepSession",
    "troskel.api.problems.ProblemsOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "troskel.web.shell.errors.csrf_failure"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("TROSKEL_STATIC")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "troskel.web.shell.assets.VendorFinder",
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DEMO = os.environ.get("TROSKEL_DEMO") == "1" and not PRODUCTION  # anyone may become any of the demo's people

# Signing in: a file says by whom, and how surely; without one, by passkeys alone (docs/signing-in.md)

TROSKEL_SIGN_IN = sign_in_settings.read(os.environ.get("TROSKEL_SIGN_IN", ""), os.environ)

# Time and language

USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]

# Errors are logged on stderr, with their frames and without values: no line contains a name, number or address

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "troskel.ground.error_log.LogFormatter"}},
    "handlers": {"stderr": {"class": "troskel.ground.error_log.LogHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
