"""``python -m limeeval``."""

from limeeval.app import main

if __name__ == "__main__":
    main()
