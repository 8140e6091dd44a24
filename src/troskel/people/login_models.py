# SPDX-License-Identifier: EUPL-1.2
"""Tables of those who sign in: a login, its passkeys and its sessions.

A login is a person, who may have accounts in several municipalities: the municipality is not in its key.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record


class Login(Record):
    """A person who signs in. `issuer` and `subject`: how a provider names the person, or how we do (`OWN_ISSUER`)."""

    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255, help_text="never an identity number")
    email = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_login_per_person"),
        ]


class Passkey(Record):
    """A passkey of a login: the public half. `removed`: it signs in no more."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="passkeys")
    credential = models.CharField(max_length=1400, help_text="its id, base64url")
    public = models.TextField(help_text="attested credential data, base64url")
    count = models.BigIntegerField(default=0, help_text="how often it has signed, where it counts")
    label = models.CharField(max_length=60)
    added = models.DateTimeField()
    used = models.DateTimeField(null=True)
    removed = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credential"], name="one_passkey_per_credential"),
        ]


class EnrolmentLink(Record):
    """A link that the administrator gives a person, to be used once; only its hash is stored."""

    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="enrolments")
    digest = models.CharField(max_length=64, unique=True)
    issued = models.DateTimeField()
    issued_by = models.ForeignKey("people.Account", on_delete=models.SET_NULL, null=True, related_name="+")
    expires = models.DateTimeField()
    spent = models.DateTimeField(null=True, help_text="used, or replaced by a newer one")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(spent=None), name="one_enrolment_at_a_time"
            ),
        ]


class Session(Record):
    """A person who has signed in with a browser, as one account at a time; the cookie holds what `digest` is of."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="sessions")
    account = models.ForeignKey(
        "people.Account", on_delete=models.PROTECT, null=True, related_name="sessions", help_text="chosen"
    )
    digest = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=10, help_text="oidc | passkey | proxy")
    acr = models.CharField(max_length=255, blank=True, help_text="how sure the provider was")
    proof = models.CharField(
        max_length=64, null=True, help_text="digest of what was answered: it counts once"
    )
    sid = models.CharField(max_length=255, blank=True, help_text="the provider's name of its own session")
    id_token = models.TextField(blank=True, help_text="shown to the provider when signing out; then emptied")
    browser = models.CharField(max_length=60, blank=True)
    began = models.DateTimeField()
    authenticated = models.DateTimeField(help_text="when the person last showed who it is")
    expires = models.DateTimeField(help_text="at the latest, however much it is used")
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proof"], name="one_session_per_proof"),
            models.CheckConstraint(
                condition=Q(method__in=["oidc", "passkey", "proxy"]), name="session_of_known_method"
            ),
            models.CheckConstraint(
                condition=Q(ended=None) | Q(id_token=""), name="no_token_of_an_ended_session"
            ),
        ]
        indexes = [
            models.Index(fields=["login", "ended"], name="sessions_by_login"),
            models.Index(fields=["sid"], name="sessions_by_sid"),
        ]


class Token(Record):
    """A bearer token of an account; only its hash is stored."""

    account = models.ForeignKey("people.Account", on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100)
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    scopes = models.CharField(max_length=100, default="", help_text="codes with blanks between; empty: all")
    used = models.DateTimeField(null=True, help_text="about when it was last used")
