"""What `make demo` and `make test` say on a machine that lacks something: one clear line."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.machine

TOOLS = ("sh", "make", "cat", "cksum", "basename", "dirname", "grep", "tail", "sed", "rm")
# Answers like an interpreter: its version fits or not, it has the module asked for or not.
PYTHON = """#!/bin/sh
case "$2" in
  *version_info*) exit {version} ;;
  *ensurepip*) exit {venv} ;;
esac
exec "{real}" "$@"
"""
NO_PYTHON = (
    "Python 3.11 is needed and was not found. Install it (Debian: apt install python3.11 python3.11-venv), "
    "or say PYTHON=/path/to/python."
)


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., str]:
    """Return what setting up says on a machine with these programs only, in a folder whose name has a blank."""
    here, tools = tmp_path / "my crm", tmp_path / "bin"
    (here / "scripts").mkdir(parents=True)
    tools.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "scripts/setup.sh"):
        shutil.copy(Path(settings.BASE_DIR) / name, here / name)
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))

    def said(target: str, **programs: str) -> str:
        for name, text in programs.items():
            program = tools / name.replace("python3_11", "python3.11")
            program.write_text(text)
            program.chmod(0o755)
        done = subprocess.run(
            [str(tools / "make"), target], cwd=here, env={"PATH": str(tools)}, capture_output=True, text=True
        )
        assert done.returncode != 0
        return done.stdout + "".join(line for line in done.stderr.splitlines(keepends=True) if "make: ***" not in line)

    return said


@pytest.mark.parametrize("target", ["demo", "test"])
def test_without_python_one_line_says_so(bare, target: str) -> None:
    assert bare(target) == f"{NO_PYTHON}\n"


def test_an_older_python_is_no_python(bare) -> None:
    assert bare("demo", python3=PYTHON.format(version=1, venv=0, real=sys.executable)) == f"{NO_PYTHON}\n"


@pytest.mark.parametrize("target", ["demo", "test"])
def test_without_the_venv_module_one_line_says_so(bare, tmp_path: Path, target: str) -> None:
    said = bare(target, python3_11=PYTHON.format(version=0, venv=1, real=sys.executable))
    assert said == (
        f"The venv module of {tmp_path}/bin/python3.11 is missing. "
        "Install it (Debian: apt install python3-venv) and try again.\n"
    )
    assert not (tmp_path / "my crm" / ".venv").exists()


def test_requirements_that_cannot_be_installed_are_named_and_tried_again_next_time(bare, tmp_path: Path) -> None:
    """The package index is out of reach: nothing listens on port 9."""
    (tmp_path / "my crm" / "requirements.txt").write_text("no-such-package-of-ours==1\n")
    real = f'#!/bin/sh\nPIP_INDEX_URL=http://127.0.0.1:9 PIP_RETRIES=0 exec "{sys._base_executable}" "$@"\n'
    first = bare("demo", python3_11=real)

    assert first.startswith("Making .venv ...\nInstalling requirements.txt (once) ...\n")
    assert "no-such-package-of-ours" in first
    assert first.endswith("Installing the requirements did not work; the whole log is in .venv/pip.log.\n")
    assert bare("demo").startswith("Installing requirements.txt (once) ...\n")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_what_it_is_for(name: str) -> None:
    lines = (Path(settings.BASE_DIR) / name).read_text().splitlines()
    wanted = [line for line in lines if not line.startswith(("#", "-r "))]

    assert [line for line in wanted if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+ +# \S.*", line)] == []
