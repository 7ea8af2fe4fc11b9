"""The command `emberwatch`: its verbs are found by entry point, and only the one asked for is loaded."""

import gc
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from app import registry
from app.errors import EmberwatchError, WrongInput, innermost


def main(arguments: list[str] | None = None) -> None:
    """Run a verb and exit: 0 done, 1 failed, 2 wrong input; an error is a sentence, never a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _mounted(arguments)(args=arguments, prog_name="emberwatch")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the interpreter's last flush does not complain
        sys.exit(1)
    except Exception as error:
        reason = innermost(error)
        if isinstance(reason, EmberwatchError):
            _tell(str(reason))
            sys.exit(2 if isinstance(reason, WrongInput) else 1)
        if os.environ.get("EMBERWATCH_DEBUG"):
            raise
        line = f"{type(reason).__name__}: {reason}".splitlines()[0]
        _tell(f"Something unexpected failed: {line}. Set EMBERWATCH_DEBUG=1 to see where.")
        sys.exit(1)
    finally:
        gc.freeze()  # else the interpreter looks through all objects once more as it ends: half a second a process


def _mounted(arguments: list[str]) -> typer.Typer:
    """Return the command line with the verb asked for, or with every verb for help and for a misspelt one."""
    root = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    root.callback()(_root)
    verbs = registry.names("commands")
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    if arguments == ["--version"]:
        verbs = ()
    for verb in (asked,) if asked in verbs else verbs:
        try:
            _mount(root, verb)
        except ImportError as error:
            if verb == asked:
                raise
            _tell(f"`emberwatch {verb}` cannot be loaded: {error}")
    return root


def _mount(root: typer.Typer, verb: str) -> None:
    command = registry.load("commands", verb)
    if isinstance(command, typer.Typer):
        root.add_typer(command, name=verb)
    else:
        root.command(verb)(command)


def _version(wanted: bool) -> None:  # noqa: FBT001 # typer calls back with the flag's value
    if wanted:
        typer.echo(f"emberwatch {version('emberwatch')}")
        raise typer.Exit


def _root(
    *,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Listen, understand, show it live, raise an early and trustworthy alarm."""


def _tell(sentence: str) -> None:
    typer.echo(sentence, err=True)


if __name__ == "__main__":
    main()
