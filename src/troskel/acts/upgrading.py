# SPDX-License-Identifier: EUPL-1.2
"""Another version of the program judges duties: what the earlier one judged stands, and the journal says so."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from troskel.duties import kept_judgements
from troskel.duties.keeping_judgements import keep_judgements
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

EngineDigest = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
"""As `routine.engine_digest` gives it."""


@act("D", writes=["engine.changed"])
def note_engine(ctx: ActContext, *, engine: EngineDigest) -> dict[str, Any]:
    """Note that another version of the engine judges from now on. Duties stay as the earlier one judged them.

    What today's would have judged otherwise is kept, with its digest in the line, so that `journal verify` compares
    duties from here on. Only where the engine is another: else a changed duty would pass for an older judgement.
    """
    changes = kept_judgements.changes(ctx.actor.municipality)
    if changes and changes[-1].engine == engine:
        raise Refusal(
            "D", "engine.same", _("Samma version av programmet bedömer redan uppgifterna. Inget ändras.")
        )
    kept = keep_judgements(ctx.actor.municipality)
    ctx.journal(
        "engine.changed", engine=engine, kept_homes=kept.homes, kept_duties=kept.duties, kept=kept.digest
    )
    return {"homes": kept.homes, "duties": kept.duties}
