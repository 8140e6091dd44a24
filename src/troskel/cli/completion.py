# SPDX-License-Identifier: EUPL-1.2
"""The command 'completion': what a shell needs to complete the others, taken from their parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import Any

SCRIPT = """# bash and zsh: source <(troskel completion)
[ -n "${{ZSH_VERSION-}}" ] && autoload -U bashcompinit && bashcompinit
_troskel() {{
  local path="" word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {verbs} " in *" ${{path:+$path.}}$word "*) path="${{path:+$path.}}$word" ;; esac
  done
  local words=""
  case "$path" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _troskel troskel
"""


def add_to(commands: Any, parser: argparse.ArgumentParser) -> None:
    """Adds this command to the parser, which it is about."""
    command = commands.add_parser("completion", help="print what a shell needs to complete commands")
    command.description = "For bash and zsh: source <(troskel completion)"
    command.set_defaults(run=partial(_print, parser), without_database=True)


def _print(parser: argparse.ArgumentParser, _arguments: argparse.Namespace) -> None:
    words = dict(_words(parser, ""))
    cases = "\n".join(f'    "{path}") words="{" ".join(found)}" ;;' for path, found in words.items())
    print(SCRIPT.format(verbs=" ".join(path for path in words if path), cases=cases), end="")


def _words(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, list[str]]]:
    """By the commands given so far, joined by dots: what may come next."""
    next_words: list[str] = []
    for action in parser._actions:
        next_words += [option for option in action.option_strings if option.startswith("--")]
        if isinstance(action, argparse._SubParsersAction):
            next_words += list(action.choices)
            for name, sub in action.choices.items():
                yield from _words(sub, f"{path}.{name}" if path else name)
        elif action.choices is not None and not action.option_strings:
            next_words += [str(choice) for choice in action.choices]
    yield path, next_words
