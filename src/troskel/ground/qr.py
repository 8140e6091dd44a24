# SPDX-License-Identifier: EUPL-1.2
"""A number as a QR code, for paper: what the phone's camera reads is the number and nothing else."""

from __future__ import annotations

import io

import segno


def qr_svg(number: str) -> str:
    """Returns the code as SVG, with a quiet zone, readable with a seventh of it worn off."""
    drawn = io.BytesIO()
    segno.make_qr(number, error="m").save(drawn, kind="svg", scale=4, border=2, xmldecl=False)
    return drawn.getvalue().decode()
