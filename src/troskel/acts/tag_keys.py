# SPDX-License-Identifier: EUPL-1.2
"""The keys of signed tags, by which a tap of the tag is told from a copy of its address."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from troskel.acts.transferring import lock_holdings, owner_of_tag
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, TagKey, ThingKind
from troskel.custody.signed_tags import info_of
from troskel.ground import sealing
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.ground.spelling import hexadecimal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import TagNumber, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Kvittensprodukter som signerar")

ChipNumber = Annotated[
    str,
    msgspec.Meta(pattern="^[0-9a-f]{14}$", description="14 hexadecimal digits"),
    field(_("Chipets nummer"), hint=_("Till exempel 04DE5F1EACC040"), spelling=hexadecimal),
]
"""The number that a tag's chip has from its maker: 7 bytes, hex."""

TagSecret = Annotated[
    str,
    msgspec.Meta(pattern="^[0-9a-f]{32}$", description="32 hexadecimal digits"),
    field(_("Nyckel för läsning"), hint=_("32 tecken, från den som skrev chipet"), spelling=hexadecimal),
]
"""The key by which a tag encrypts its number and signs (SDMMetaRead and SDMFileRead): 16 bytes, hex."""


@act(
    "P2",
    who=(Role.ADMINISTRATOR, Role.COORDINATOR),
    writes=["tag.key_enrolled"],
    title=_("Skriv in en kvittensprodukts nyckel"),
    lead=_("För en kvittensprodukt som signerar (NTAG 424 DNA): då syns det om någon har kopierat den."),
    corrected_by="enrol_tag_key",
)
def enrol_tag_key(ctx: ActContext, *, tag: TagNumber, chip: ChipNumber, key: TagSecret) -> dict[str, Any]:
    """Enrol a signed tag's key, so that its taps are known from copies (P2). A coordinator: of a tag of the provider's.

    The key is kept sealed, and shown to nobody. A tag that has got another keeps the former for what comes late.
    """
    holding = lookup.find_holding(ctx, ThingKind.TAG, tag)
    if ctx.actor.role is not Role.ADMINISTRATOR and not _is_ours(ctx, holding):
        raise NotFound("tag", "tag")  # as one that nobody has: another's tags are not told of
    municipality = ctx.actor.municipality
    standing = TagKey.objects.select_for_update(of=("self",)).filter(municipality=municipality, ended=None)
    rules.chip_is_free(taken=standing.filter(chip=chip).exclude(tag=holding.thing_id).exists())
    row = standing.filter(tag=holding.thing_id).first()
    if row is None or not _is_the_same(row, chip, key):
        if row is not None:
            row.ended = ctx.now
            row.save(update_fields=["ended"])
        made = TagKey(
            id=new_id(),
            municipality_id=municipality,
            tag_id=holding.thing_id,
            chip=chip,
            sealed=sealing.keep(bytes.fromhex(key), info_of(municipality, chip)),
            began=ctx.now,
        )
        made.save(force_insert=True)
        ctx.journal("tag.key_enrolled", tag=holding.thing_id, key=made.id)
    return {"tag": tag, "chip": chip}


def _is_ours(ctx: ActContext, holding: Holding) -> bool:
    """Does the actor's provider have the tag, or answer for it where it is with a client?"""
    if holding.kind == HolderKind.CLIENT:
        (holding,) = lock_holdings(ctx, ThingKind.TAG, [holding.thing.number])
        owner = owner_of_tag(ctx, holding)
    else:
        owner = holding.holder if holding.kind == HolderKind.ORGANISATION else None
    return owner is not None and owner == ctx.actor.organisation


def _is_the_same(row: TagKey, chip: str, key: str) -> bool:
    try:
        return row.chip == chip and sealing.kept(
            row.sealed, info_of(row.municipality_id, chip)
        ) == bytes.fromhex(key)
    except sealing.NotSealed:
        return False
