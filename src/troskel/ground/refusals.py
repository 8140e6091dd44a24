# SPDX-License-Identifier: EUPL-1.2
"""The errors of acts and readings. Each tells what is wrong, where, and what to do; nothing is left half done.

An error has a stable code (`order.already_open`: what it is about, what is wrong), a Swedish text and its values. Who
shows it looks at the code, never at the text: wording may change. `refusal_texts.py` puts the text into the reader's
language, where the name of each value tells how it is formatted. Pure Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troskel.ground.texts import _

EMPTY_CHOICE = "(empty)"
"""The text of an empty choice in a list of choices."""


class CodedError(Exception):
    """An error with its stable code, its text in Swedish (a template) and the template's values.

    `confirmable`: it only asks; what has been done all the same is told again with the code in `done_though`.
    `items`: of a plural act that has taken none of its items, the refusal of each, of which this is the first.
    """

    confirmable = False
    items: Sequence[Mapping[str, object]] = ()

    def __init__(self, code: str, text: str, /, **values: object) -> None:
        self.code = code
        self.text = text
        self.values = values
        super().__init__(code)


class Refusal(CodedError):
    """The routine or a rule refuses the act. `rule` is a paragraph (P6, O1) or `rule 1` … `rule 8` of the design."""

    def __init__(self, rule: str, code: str, text: str, /, **values: object) -> None:
        super().__init__(code, text, **values)
        self.rule = rule

    def __str__(self) -> str:
        return f"{self.rule}: {self.code}"


class NotAllowed(Refusal):
    """The actor's role may not do this act, or this reading, at all."""

    def __init__(self, code: str, text: str, /, **values: object) -> None:
        super().__init__("rule 7", code, text, **values)


class SignInAgain(NotAllowed):
    """A dangerous act asks that the person shows anew who it is; pages let that be done, and go on."""

    def __init__(self) -> None:
        super().__init__(
            "session.not_fresh", _("Visa först att det är du: logga in igen, och gör sedan om det.")
        )


NOT_FOUND_KINDS = {
    "account": _("inget konto"),
    "absence": _("ingen frånvaro"),
    "alarm": _("inget larm"),
    "allocation": _("ingen fördelning"),
    "basis_form": _("ingen underlagsblankett"),
    "brief_sight": _("ingen kort insyn"),
    "carer": _("ingen i personalen"),
    "client": _("inget ärende"),
    "decision": _("inget beslut"),
    "deputy": _("ingen ersättare"),
    "door": _("ingen dörr"),
    "duty": _("ingen uppgift"),
    "email": _("inget e-postmeddelande"),
    "event": _("ingen händelse"),
    "investigation": _("ingen utredning"),
    "key": _("ingen nyckel"),
    "letter": _("inget brev"),
    "line": _("ingen rad i loggen"),
    "lock": _("inget låsvred"),
    "log_review": _("ingen granskning"),
    "night": _("ingen natt"),
    "notice": _("inget meddelande"),
    "opening": _("ingen öppning"),
    "order": _("ingen beställning"),
    "organisation": _("ingen organisation"),
    "passkey": _("ingen passnyckel"),
    "read": _("ingen läsning"),
    "routine": _("ingen rutin"),
    "routine_version": _("ingen version av rutinen"),
    "session": _("ingen inloggning"),
    "tag": _("ingen kvittensprodukt"),
    "thing_kind": _("ingen sådan sorts sak"),
    "token": _("ingen åtkomstnyckel"),
    "visit": _("inget besök"),
}
"""What may be missing, by the first part of the code."""


class NotFound(CodedError):
    """The thing does not exist, or this viewer may not see it: both answer the same (design, rule 7)."""

    def __init__(self, kind: str, field: str) -> None:
        super().__init__(
            f"{kind}.not_found",
            _("Det finns {missing} som du får se med den uppgiften. Kontrollera hur den är skriven."),
            missing=kind,
        )
        self.kind = kind
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.code}"


class BadValue(CodedError):
    """A value that can't be used: names the field and the reason."""

    def __init__(self, field: str, code: str, text: str, /, **values: object) -> None:
        super().__init__(code, text, **values)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.code}"


class KeyReused(CodedError):
    """The caller's key has already been used with other content (HTTP 422)."""

    def __init__(self) -> None:
        super().__init__(
            "key.used_otherwise",
            _("Nyckeln har redan använts med andra uppgifter. Skicka en ny nyckel med de nya uppgifterna."),
        )
