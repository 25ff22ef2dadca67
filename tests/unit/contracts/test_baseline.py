"""The check of the committed files: what it calls compatible, what breaking, and what an export refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from contracts.publishing import baseline, examples
from contracts.registry import CONTRACTS
from services.ops.commands import contracts as command

REQUEST, EVENT = "order.requested.v1", "order.accepted.v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed files, to be spoilt."""
    for part in ("schemas", "examples"):
        shutil.copytree(baseline.CONTRACTS_FOLDER / part, tmp_path / part)
    shutil.copy(baseline.CONTRACTS_FOLDER / "asyncapi.yaml", tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """`gancang contracts …`."""
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["contracts", *arguments])


def change(folder: Path, name: str, **changes: Any) -> None:
    """The committed schema as an older version could have been."""
    file = folder / "schemas" / f"{name}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**schema, **changes}), encoding="utf-8")


def found(folder: Path) -> list[tuple[str, bool]]:
    return [(finding.where, finding.breaking) for finding in baseline.check(folder)]


def test_an_untouched_copy_has_no_finding(folder: Path) -> None:
    assert found(folder) == []


def test_a_type_that_was_published_may_not_disappear(folder: Path) -> None:
    shutil.copy(folder / "schemas" / f"{EVENT}.json", folder / "schemas" / "order.forgotten.v1.json")

    assert found(folder) == [("order.forgotten.v1", True)]


def test_a_new_type_only_wants_an_export(folder: Path) -> None:
    (folder / "schemas" / f"{EVENT}.json").unlink()

    assert found(folder) == [(EVENT, False)]


def test_a_request_that_used_to_ask_for_less_is_breaking(folder: Path) -> None:
    change(folder, REQUEST, required=["order_id"])

    assert set(found(folder)) == {(REQUEST, True)}


def test_an_event_that_used_to_promise_more_is_breaking(folder: Path) -> None:
    change(folder, EVENT, required=[*CONTRACTS[EVENT].model.model_fields])

    assert set(found(folder)) == {(EVENT, True)}


def test_another_wording_is_compatible(folder: Path) -> None:
    change(folder, EVENT, description="It was accepted.")

    assert found(folder) == [(EVENT, False)]


def test_a_stale_document_is_found(folder: Path) -> None:
    (folder / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n", encoding="utf-8")

    assert found(folder) == [("asyncapi.yaml", False)]


def test_a_changed_example_is_breaking_and_sealing_does_not_hide_it(folder: Path) -> None:
    path = f"{REQUEST}/ride.json"
    (folder / "examples" / path).write_text("{}", encoding="utf-8")

    examples.seal(folder / "examples")

    assert (path, True) in found(folder)


def test_a_removed_example_is_breaking_and_sealing_does_not_hide_it(folder: Path) -> None:
    path = f"{REQUEST}/ride.json"
    (folder / "examples" / path).unlink()

    examples.seal(folder / "examples")

    assert (path, True) in found(folder)


def test_a_new_example_wants_to_be_sealed_once(folder: Path) -> None:
    new = f"{REQUEST}/another.json"
    shutil.copy(folder / "examples" / REQUEST / "ride.json", folder / "examples" / new)

    before = found(folder)
    told = examples.seal(folder / "examples")

    assert (before, told, found(folder)) == ([(new, False)], [new], [])


def test_check_ends_with_0_when_nothing_differs(folder: Path) -> None:
    result = run("check", "--folder", str(folder))

    assert (result.exit_code, result.output) == (
        0,
        "contracts: the committed files are what the models say\n",
    )


def test_check_says_export_for_a_compatible_difference(folder: Path) -> None:
    change(folder, EVENT, description="It was accepted.")

    result = run("check", "--folder", str(folder))

    assert result.exit_code == 1
    assert result.output.splitlines()[0] == f"compatible  {EVENT}: wording"
    assert "gancang contracts export" in result.output


def test_check_says_new_major_version_for_a_breaking_one(folder: Path) -> None:
    change(folder, REQUEST, required=["order_id"])

    lines = run("check", "--folder", str(folder))
    answer = json.loads(run("check", "--folder", str(folder), "--json").output)

    assert (lines.exit_code, answer["ok"]) == (1, False)
    assert f"breaking    {REQUEST} /customer: became required" in lines.output
    assert ".v2" in lines.output
    assert {"where": REQUEST, "pointer": "/customer", "what": "became required", "breaking": True} in answer[
        "findings"
    ]


def test_export_refuses_to_overwrite_what_apps_rely_on(folder: Path) -> None:
    change(folder, REQUEST, required=["order_id"])
    before = (folder / "schemas" / f"{REQUEST}.json").read_bytes()

    result = run("export", "--folder", str(folder))

    assert isinstance(result.exception, command.BreakingChangeError)
    assert (folder / "schemas" / f"{REQUEST}.json").read_bytes() == before


def test_export_settles_what_is_compatible(folder: Path) -> None:
    change(folder, EVENT, description="It was accepted.")

    result = run("export", "--folder", str(folder))

    assert (result.exit_code, found(folder)) == (0, [])
    assert result.output.splitlines()[0] == f"schemas/{EVENT}.json"


def test_export_into_an_empty_folder_writes_everything(tmp_path: Path) -> None:
    result = run("export", "--folder", str(tmp_path / "new"))

    assert result.exit_code == 0
    assert len(list((tmp_path / "new" / "schemas").iterdir())) == len(CONTRACTS)


@pytest.fixture
def repository(folder: Path) -> Path:
    """The copy under git, committed once."""
    under_git(folder)
    return folder


def under_git(folder: Path) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for step in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "The contracts"]):
        subprocess.run(["git", *step], cwd=folder, check=True)  # noqa: S607  the git on the path


@pytest.mark.usefixtures("repository")
def test_check_against_a_revision_finds_nothing_where_nothing_broke(folder: Path) -> None:
    assert run("check", "--folder", str(folder), "--against", "HEAD").exit_code == 0


def test_check_against_a_revision_finds_what_an_export_has_covered_up(folder: Path) -> None:
    change(folder, REQUEST, required=["order_id"])
    example = folder / "examples" / REQUEST / "ride.json"
    kept = example.read_bytes()
    example.write_text("{}", encoding="utf-8")
    manifest = folder / "examples" / "MANIFEST"
    sealed = manifest.read_bytes()
    manifest.unlink()
    examples.seal(folder / "examples")
    under_git(folder)
    example.write_bytes(kept)
    manifest.write_bytes(sealed)
    exported = run("export", "--folder", str(folder), "--allow-breaking")

    plain = run("check", "--folder", str(folder))
    against = run("check", "--folder", str(folder), "--against", "HEAD")

    assert (exported.exit_code, plain.exit_code, against.exit_code) == (0, 0, 1)
    assert f"breaking    {REQUEST} /customer: became required" in against.output
    assert f"breaking    {REQUEST}/ride.json: the golden example was changed" in against.output


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("ref", ["no-such-branch", "--output=x"])
def test_check_against_an_unknown_revision_says_so(folder: Path, ref: str) -> None:
    result = run("check", "--folder", str(folder), f"--against={ref}")

    assert isinstance(result.exception, command.UnknownRevisionError)


def test_check_without_committed_files_says_where_it_looked(tmp_path: Path) -> None:
    result = run("check", "--folder", str(tmp_path))

    assert isinstance(result.exception, command.NoContractsError)
    assert str(tmp_path) in str(result.exception)
