# SPDX-License-Identifier: EUPL-1.2
"""How one gets to the door: the code at the entrance, where to park, which bell to ring (A3).

The text is a personal detail of the home: in its own table, never in a line, an address, an e-mail or a list. It is
replaced, not kept: an old code opens nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.models import AccessNote
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Vägen in")

WHO = (Role.ASSESSOR, Role.COORDINATOR)
NoteText = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=500),
    field(_("Portkod och annat som behövs för att komma in"), hint=_("Inga namn eller personnummer")),
]


@act(
    "A3",
    who=WHO,
    writes=["access_note.written"],
    title=_("Skriv in portkoden och vägen in"),
    lead=_("Syns hos kunden i telefonen och på kundens sida, inte i listor. Det som stod förut försvinner."),
    corrected_by="write_access_note",
)
def write_access_note(ctx: ActContext, *, client: CaseNumber, text: NoteText) -> dict[str, Any]:
    """Write how one gets to the client's home: door code and the like. What was written before is replaced."""
    subject = lookup.find_client(ctx, client)
    home = subject.home.home
    if AccessNote.objects.filter(home=home, text=text).exists():
        raise Refusal("rule 6", "access_note.same", _("Det står redan så. Det finns inget att göra."))
    AccessNote.objects.update_or_create(
        home_id=home, defaults={"municipality_id": ctx.actor.municipality, "text": text}
    )
    ctx.journal("access_note.written", homes=[home], client=subject.row.id, home=home)
    return {"case": subject.row.case_number}


@act(
    "A3",
    who=WHO,
    writes=["access_note.removed"],
    title=_("Ta bort portkoden och vägen in"),
    lead=_("Texten gäller inte längre, och försvinner."),
    corrected_by="write_access_note",
)
def remove_access_note(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Remove what is written of how one gets to the client's home."""
    subject = lookup.find_client(ctx, client)
    home = subject.home.home
    deleted, _tables = AccessNote.objects.filter(home=home).delete()
    if not deleted:
        raise Refusal(
            "rule 6", "access_note.missing", _("Det står inget om vägen in. Det finns inget att göra.")
        )
    ctx.journal("access_note.removed", homes=[home], client=subject.row.id, home=home)
    return {"case": subject.row.case_number}
