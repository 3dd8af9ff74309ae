"""Tables that people edit in a spreadsheet, whichever way it saved them.

Here: the bytes of such a file as text, and which character parts its columns. Not here: which columns a table has.
"""

from __future__ import annotations


def decode(data: bytes) -> str:
    """The text of a saved table: UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030.

    Raises:
        UnicodeDecodeError: the bytes are none of these.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def delimiter_of(text: str) -> str:
    """Comma, tab or semicolon: whichever the header holds most of."""
    return max(",\t;", key=text.split("\n", 1)[0].count)
