"""`python -m maild.cli`: the same as the console script."""

from __future__ import annotations

from maild.cli import main

if __name__ == "__main__":
    main()
