"""`gancang`: one command line made of the modules in `services.ops.commands`."""

from __future__ import annotations

import gc
import importlib
import inspect
import os
import pkgutil
import sys
from typing import Annotated, Any

import typer
from typer.main import get_command

from services.ops import commands, terminal
from services.ops.errors import CommandError

# A shell completes a program by its plain name, without the path in front of it.
COMPLETION = {"--install-completion", "--show-completion", "_GANCANG_COMPLETE"}
EXPECTED, UNEXPECTED, INTERRUPTED = 2, 1, 130


def main() -> None:
    """Run one command and exit; an error is one line on standard error, with `--debug` the whole trace."""
    debug, arguments = _without_debug(sys.argv[1:])
    try:
        name = terminal.PROGRAM if COMPLETION & {*arguments, *os.environ} else terminal.program()
        typed = command(*arguments[:1])
        sys.exit(typed(prog_name=name, args=arguments or ["--help"], standalone_mode=False))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader has closed the pipe; keep the interpreter from flushing into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        sys.exit(_report(error))
    finally:
        # Python ends with collections that visit every imported object: a sixth of a short command's time.
        gc.freeze()


def command(first: str | None = None) -> Any:
    """Make the click command from `build`; a flag takes no value, so its help names no type."""
    made = get_command(build(first))
    pending = [made]
    while pending:
        one = pending.pop()
        pending += getattr(one, "commands", {}).values()
        for option in one.get_params(typer.Context(one)):
            if getattr(option, "is_flag", False):
                option.metavar = ""
    return made


def build(first: str | None = None) -> typer.Typer:
    """Put the command line together from every command, or from the one that `first` names.

    The first argument decides which command runs; the others need not be loaded for it.
    """
    app = typer.Typer(name="gancang", no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback(help=terminal.spelled(inspect.getdoc(_options) or ""))(_options)
    names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    for name in [first] if first in names else names:
        importlib.import_module(f"{commands.__name__}.{name}").register(app)
    _spell(app)
    return app


def _spell(app: typer.Typer) -> None:
    """Let the examples in every help call the program as the reader does."""
    for one in app.registered_commands:
        one.help = terminal.spelled(one.help or inspect.getdoc(one.callback) or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _spell(group.typer_instance)


def _options(
    *,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the whole trace when something goes wrong; may stand anywhere."),
    ] = False,
) -> None:
    """Order processing for ride-hailing in Banyuwangi.

    Begin with: gancang demo

    Then: gancang up, and in another terminal: gancang publish docs/examples/ride.jsonl

    TAB completes commands, options and names once gancang --install-completion has run.
    """


def _without_debug(arguments: list[str]) -> tuple[bool, list[str]]:
    """Take `--debug` out; what stands behind `--`, and the options of pytest, stay as they are."""
    if "--debug" not in arguments or "test" in arguments[:1]:
        return False, arguments
    end = arguments.index("--") if "--" in arguments else len(arguments)
    ours, rest = arguments[:end], arguments[end:]
    return "--debug" in ours, [one for one in ours if one != "--debug"] + rest


def _report(error: Exception) -> int:
    match error:
        case CommandError():
            message, code = " ".join(str(error).split()), EXPECTED
        case typer.TyperException():
            message, code = error.format_message(), EXPECTED
        case _:
            where = f"{terminal.program()} --debug … shows where"
            message, code = f"{type(error).__name__}: {error} ({where})", UNEXPECTED
    sys.stderr.write(f"gancang: {message}\n")
    return code


if __name__ == "__main__":
    main()
