# SPDX-License-Identifier: EUPL-1.2
"""An OpenID Connect provider on this machine, to try signing in with: `oidc_provider.mjs`, run by node."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools import node
from tools.environment import ROOT, Missing

OLDEST_NODE = 22
LOA3, LOA2 = "http://id.sambi.se/loa/loa3", "http://id.sambi.se/loa/loa2"
CLIENT_SECRET = "only for trying on this machine"
PEOPLE: tuple[Mapping[str, Any], ...] = (
    {
        "sub": "anna",
        "acr": LOA3,
        "name": "Anna Handläggare",
        "email": "anna@example.org",
        "groups": ["lasvred"],
    },
    {"sub": "siri", "acr": LOA3, "name": "Siri Förvaltare", "email": "siri@example.org", "groups": []},
    {"sub": "olle", "acr": LOA2, "name": "Olle Samordnare", "email": "olle@example.org", "groups": []},
)
"""Who can sign in there; Olle not surely enough."""
TRIED_AT = "http://localhost:8000"
TRIED = {
    "redirect_uris": [f"{TRIED_AT}/sign-in/back"],
    "post_logout_redirect_uris": [f"{TRIED_AT}/"],
    "backchannel_logout_uri": f"{TRIED_AT}/sign-in/ended",
}
"""What the provider knows of the program, where that is tried as `./dev demo` serves it."""


@contextlib.contextmanager
def oidc(
    client: Mapping[str, Any], *, people: Sequence[Mapping[str, Any]] = PEOPLE, port: int = 0, keys: int = 1
) -> Iterator[str]:
    """A provider that runs as long as the block; gives its issuer. `client`: what it knows of us, as its settings.

    `keys`: another number, other keys. Raises Missing where what it needs can't be had.
    """
    if not (ROOT / "node_modules" / "oidc-provider").is_dir():
        raise Missing("node_modules has no oidc-provider: './dev test' fills it where npm can be had")
    told = {"port": port, "client": client, "people": list(people), "keys": keys}
    command = [node.node(OLDEST_NODE), str(ROOT / "tools" / "oidc_provider.mjs"), json.dumps(told)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise Missing("the OpenID Connect provider did not start: its words are above")
            yield str(json.loads(line)["issuer"])
        finally:
            process.terminate()


def sign_in_file(issuer: str) -> str:
    """The sign-in file for this provider."""
    return f"""address = "{TRIED_AT}"

[provider]
issuer = "{issuer}"
client_id = "troskel"
client_secret = "{CLIENT_SECRET}"
name = "kommunens inloggning"

[acr]
default = ["{LOA3}", "passkey"]
"""
