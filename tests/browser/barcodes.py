# SPDX-License-Identifier: EUPL-1.2
"""A code in front of a camera: QR and Data Matrix, drawn by encoders that know nothing of the reader."""

from __future__ import annotations

from pathlib import Path

import segno
from ppf.datamatrix import DataMatrix

Modules = list[list[bool]]
WIDTH, HEIGHT = 640, 480
MODULE = 9  # pixels
PAPER, INK, NO_COLOUR = 225, 30, 128
FRAMES = 3


def qr(text: str) -> Modules:
    """A QR code, true where it is dark."""
    return [[bool(cell) for cell in row] for row in segno.make(text, micro=False).matrix]


def data_matrix(text: str) -> Modules:
    """A Data Matrix, true where it is dark."""
    return [[bool(cell) for cell in row] for row in DataMatrix(text).matrix]


def film(place: Path, modules: Modules) -> Path:
    """What a camera sees that is held before the code: Y4M, as Chromium takes it for a camera's."""
    across, down = len(modules[0]) * MODULE, len(modules) * MODULE
    left, top = (WIDTH - across) // 2, (HEIGHT - down) // 2
    picture = bytearray([PAPER]) * (WIDTH * HEIGHT)
    for y in range(down):
        for x in range(across):
            if modules[y // MODULE][x // MODULE]:
                picture[(top + y) * WIDTH + left + x] = INK
    frame = b"FRAME\n" + picture + bytes([NO_COLOUR]) * (WIDTH * HEIGHT // 2)
    place.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return place
