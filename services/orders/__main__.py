"""`python -m services.orders`: run one process of the orders service."""

from services.orders.app import build
from services.runtime.process.lifecycle import main

if __name__ == "__main__":
    main("orders", build)
