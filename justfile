# The verbs of a working day; `just` alone lists them. Each line can be typed without just.

venv := ".venv/bin"

[private]
default:
    @just --list --unsorted

# a morning in Banyuwangi on servers of its own
demo *options:
    ./gancang demo {{ options }}

# servers and services until Ctrl-C
up:
    ./gancang up

# all that CI checks; what is given goes to pytest
test *options:
    ./gancang test {{ options }}

# lint and tests of what differs from main
changed *options:
    ./gancang test --changed {{ options }}

# the tests of pure functions: seconds
unit *options:
    {{ venv }}/pytest -q tests/unit {{ options }}

# what a linter can see
lint:
    {{ venv }}/ruff check .
    {{ venv }}/ruff format --check .
    {{ venv }}/lint-imports --no-logo

# format, and mend what can be mended
fmt:
    {{ venv }}/ruff format .
    {{ venv }}/ruff check --fix .

# strict types of contracts and services
types:
    {{ venv }}/mypy

# schemas, AsyncAPI document and its page, after a change of a model
contracts:
    ./gancang contracts export
    ./gancang contracts check

# what is drawn from code, then the website of the documents: .gancang/site/html/index.html
docs:
    {{ venv }}/python docs/states.py
    ./gancang contracts export
    {{ venv }}/python docs/site/build.py

# docs/demo.svg from a real run: a minute
picture *options:
    {{ venv }}/python docs/picture.py {{ options }}

# how fast, against whom, at what price: `just bench hops`
bench *options:
    ./gancang bench {{ options }}

# check what is about to be committed, from now on
hooks:
    pre-commit install

# everything that can be made again
clean:
    rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
    find . -name __pycache__ -not -path './.venv/*' -not -path './.gancang/*' -prune -exec rm -rf {} +
