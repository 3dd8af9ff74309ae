"""What all tests share."""

import hypothesis  # noqa: F401  # loaded early: its plugin and Python 3.11.7 otherwise spoil the summary of a failed run
