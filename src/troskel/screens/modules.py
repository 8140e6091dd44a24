# SPDX-License-Identifier: EUPL-1.2
"""The modules of others that the browser loads by their own places: they name each other."""

CBORG = (
    "cborg.js",
    *(
        f"lib/{name}.js"
        for name in (
            *("encode", "decode", "is", "token", "tagged", "bl", "byte-utils", "common", "jump"),
            *("0uint", "1negint", "2bytes", "3string", "4array", "5map", "6tag", "7float"),
        )
    ),
)
"""What reads and writes the door protocol's CBOR, inside the package `cborg`."""
