"""Compiles the kernels (search/index/kernels/native.c) where there is a C compiler.

Hatchling runs it as a hook for each wheel, so `pip install` does. Without a compiler the wheel is of plain
Python, which has the same results. CC names another compiler, CFLAGS has more options for it. As a script it
compiles them beside their source.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("search/index/kernels")
OPTIONS = ("-std=c11", "-O3", "-ffp-contract=off", "-fno-fast-math", "-fwrapv", "-fPIC")
"""Options that CFLAGS cannot undo: integers wrap around, and nothing is rounded otherwise than by NumPy."""

TRIED = """
import sys
from importlib import util
util.module_from_spec(util.spec_from_file_location("_native", sys.argv[1]))
"""
"""Loads a library, in a process of its own."""


class KernelsHook(BuildHookInterface[Any]):
    """Puts the compiled kernels into the wheel, or beside their source for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - of the interface
        """Compile before the wheel is packed."""
        library = Path(self.root) / FOLDER / "_native.abi3.so"
        library.unlink(missing_ok=True)
        if (refusal := compile_kernels(library)) is not None:
            self.app.display_warning(f"the kernels are not compiled, NumPy takes their place: {refusal}")
            return
        build_data["artifacts"].append(f"/{FOLDER / library.name}")
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"


def compile_kernels(library: Path) -> str | None:
    """Compile the kernels into a library; returns why that cannot be done, None where it is.

    A library that cannot be loaded here, such as one for another kind of machine, is not kept.
    """
    made = library.with_suffix(f".{os.getpid()}.so")
    try:
        link = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")
        if compiler := os.environ.get("CC"):
            link[:1] = shlex.split(compiler)
        options = [*shlex.split(os.environ.get("CFLAGS", "")), *OPTIONS, f"-I{sysconfig.get_path('include')}"]
        _run([*link, *options, str(library.with_name("native.c")), "-o", str(made)])
        if "-fsanitize" not in " ".join(options):  # which needs its own library to be loaded before
            _run([sys.executable, "-c", TRIED, str(made)])
        made.replace(library)  # a process may have the one before loaded
    except (OSError, ValueError) as error:
        return str(error)
    finally:
        made.unlink(missing_ok=True)
    return None


def _run(command: list[str]) -> None:
    """Run a command; raises `OSError` with the first error that it prints if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise OSError(next((line for line in lines if "rror" in line), f"{command[0]} has failed"))


if __name__ == "__main__":
    sys.exit(compile_kernels(Path(__file__).parent.parent / FOLDER / "_native.abi3.so"))
