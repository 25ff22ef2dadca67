"""The English of docstrings, comments, messages and documents: no word of `plain_english.toml`."""

from __future__ import annotations

import pytest

from tests.support.plain_english import ROOT, Rules, files

RULES = Rules()
CHECKED = [path for path in files() if not RULES.pending(path)]
AREAS = sorted({path.relative_to(ROOT).parts[0] for path in CHECKED})


@pytest.mark.parametrize("area", AREAS)
def test_no_sentence_has_a_word_that_readers_stumble_over(area: str) -> None:
    paths = [path for path in CHECKED if path.relative_to(ROOT).parts[0] == area]

    found = [str(finding) for path in paths for finding in RULES.of_file(path)]

    assert found == []


def test_a_folder_that_is_not_checked_yet_is_one_that_exists() -> None:
    assert [folder for folder in RULES.not_yet if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize(
    ("name", "text", "line", "word"),
    [
        ("a.py", '"""Names whoever asks for it."""\n', 1, "whoever"),
        ("a.py", "x = 1  # nobody reads it\n", 1, "nobody"),
        ("a.py", 'x = "one"\ny = (\n    "The driver has his order."\n)\n', 3, "his"),
        ("a.md", "One.\nTwo.\nIt shall be.\n", 3, "shall"),
        ("a.md", "Who loses looks busy.\n", 1, "Who"),
        ("a.md", "That is no number.\n", 1, "is no"),
        ("a.toml", "a = 1\n# somebody's\n", 2, "somebody"),
    ],
)
def test_a_word_of_the_list_is_found_where_it_stands(name: str, text: str, line: int, word: str) -> None:
    found = RULES.findings(name, text)

    assert [(finding.line, finding.word) for finding in found] == [(line, word)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", 'ANY = "anybody"\n'),
        ("a.py", '"""Believe every login: `anybody` has to be said."""\n'),
        ("a.md", "```\nwhoever\n```\n"),
        ("a.md", "| not | but |\n|---|---|\n| Whoever asks | The caller |\n"),
        ("a.md", "[a page](adr/0009-what-strangers-write.md)\n"),
        ("a.md", "There is no answer, and it is no longer there. Who asks?\n"),
    ],
)
def test_names_code_and_examples_are_not_read(name: str, text: str) -> None:
    assert RULES.findings(name, text) == []
