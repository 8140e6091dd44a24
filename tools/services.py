# SPDX-License-Identifier: EUPL-1.2
"""The real components that a server stands among, on free ports, for tests and for trying."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools import installing, mosquitto, node, oidc_server
from tools.environment import PYTHON, VENV, Missing, say
from tools.postgres import running as postgres_running

PATIENCE = 60  # seconds
NGINX = "/etc/nginx/sites-available/troskel"
WHOLE = """daemon off;
pid nginx.pid;
error_log stderr warn;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
{site}
}}
"""
"""What Debian's own nginx.conf has around a site, in a folder of ours."""


def nginx_program() -> str | None:
    """Where nginx is; None where there is none. Debian has it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def nginx(upstream: int) -> Iterator[str]:
    """The nginx of docs/installing.md before a server on a port of this machine, with a certificate that it has signed.

    Gives its address, such as `https://localhost:8443`.
    """
    program = nginx_program()
    if program is None:
        raise Missing("no nginx here: apt-get install nginx-light")
    with tempfile.TemporaryDirectory(prefix="troskel-nginx-") as name:
        folder = Path(name)
        port = free_port()
        certificate(folder)
        (folder / "nginx.conf").write_text(_configuration(folder, port, upstream), encoding="utf-8")
        command = [program, "-p", name, "-c", "nginx.conf", "-e", "stderr"]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        if tried.returncode:
            raise Missing(f"nginx does not take its configuration:\n{tried.stderr}")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for_port(port, process)
            yield f"https://localhost:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _configuration(folder: Path, port: int, upstream: int) -> str:
    """The site as documented, on our ports, by IPv4."""
    text = installing.files()[NGINX]
    changes = {
        r"^ *listen \[::\].*\n": "",
        r"listen 80;": f"listen 127.0.0.1:{free_port()};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        r"server_name \S+;": "server_name localhost;",
        r"/etc/troskel/tls/": f"{folder}/",
        r"127\.0\.0\.1:8000": f"127.0.0.1:{upstream}",
    }
    for pattern, ours in changes.items():
        text, changed = re.subn(pattern, ours, text, flags=re.MULTILINE)
        if not changed:
            raise Missing(
                f"docs/installing.md no longer has {pattern!r} in {NGINX}: tools/services.py changes it"
            )
    return WHOLE.format(site=text, user="user root;" if is_root() else "")


def is_root() -> bool:
    """Whether this is root: some programs then want to be told to stay it."""
    return Path("/proc/self").stat().st_uid == 0


def certificate(folder: Path) -> None:
    """Makes a key and a certificate for localhost, signed by itself, in the folder."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem"), "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once something listens there. Raises Missing where the process ends before."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise Missing(f"{process.args!r} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Missing(f"nothing listened on port {port} in {PATIENCE} s")


def _serve_nginx(arguments: Sequence[str]) -> None:
    upstream = int(arguments[0]) if arguments else 8000
    with nginx(upstream) as address:
        say(f"nginx before port {upstream}, with a certificate of its own; Ctrl-C stops it")
        print(address, flush=True)
        signal.pause()


def _serve_smtp(_arguments: Sequence[str]) -> None:
    port = free_port()
    say("a mail server that prints what it gets; Ctrl-C stops it")
    print(f"TROSKEL_SMTP=smtp://127.0.0.1:{port}", flush=True)
    command = [str(PYTHON), "-m", "aiosmtpd", "--nosetuid", "--listen", f"127.0.0.1:{port}"]
    subprocess.run(
        [*command, "--class", "aiosmtpd.handlers.Debugging", "stderr"], stdout=sys.stderr, check=False
    )


def _serve_postgres(_arguments: Sequence[str]) -> None:
    with postgres_running(VENV) as server:
        say(f"PostgreSQL {server.version}; Ctrl-C stops it and throws its data away")
        print(f"TROSKEL_DATABASE={server.url}", flush=True)
        signal.pause()


def _serve_oidc(_arguments: Sequence[str]) -> None:
    node.ensure()
    with oidc_server.oidc(oidc_server.TRIED) as issuer:
        say(
            "an OpenID Connect provider; Ctrl-C stops it. Write this into a file, and name it in TROSKEL_SIGN_IN:"
        )
        print(oidc_server.sign_in_file(issuer), flush=True)
        signal.pause()


def _serve_mosquitto(_arguments: Sequence[str]) -> None:
    serials = ("L1", "L2")
    with mosquitto.mosquitto({mosquitto.SERVER: "server", **dict.fromkeys(serials, "device")}) as broker:
        say(
            "Mosquitto; Ctrl-C stops it. A lock that fails when it is told to, as its input, from another terminal:"
        )
        say(f"  .venv/bin/python -m tools.lock_bridge nuki {broker.port} L1 device")
        print(f"TROSKEL_LOCKS=mqtt+nuki://{mosquitto.SERVER}:server@127.0.0.1:{broker.port}/", flush=True)
        signal.pause()


SERVICES: dict[str, Callable[[Sequence[str]], None]] = {
    "nginx": _serve_nginx,
    "smtp": _serve_smtp,
    "postgres": _serve_postgres,
    "oidc": _serve_oidc,
    "mosquitto": _serve_mosquitto,
}


def serve(arguments: Sequence[str]) -> int:
    """Run one of them until stopped; its address goes to stdout."""
    service = SERVICES.get(arguments[0]) if arguments else None
    if service is None:
        raise Missing(f"write which: ./dev services {' | '.join(SERVICES)}")
    service(arguments[1:])
    return 0
