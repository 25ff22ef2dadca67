"""`python -m services.matching`: one process of the matching service."""

from services.matching.app import build
from services.runtime.process.lifecycle import main

if __name__ == "__main__":
    main("matching", build)
