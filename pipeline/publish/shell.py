"""The frame of a page: one file that needs nothing else, and escaping that hostile text cannot break.

Here: the head with its content security policy, escaping, visible stand-ins for characters that hide. Not here: what a
page says (`review`, `index`); style and script themselves are files under templates/.

The policy allows the page's own style and script by their hash and nothing else: no image, no font, no connection, no
form, and no script that a text might smuggle in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape as html_escape

from pipeline.publish.labels import TEMPLATES

# Characters that a browser drops, shows as nothing, or that turn the order of the text around them.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
# Most stretches of a book hold nothing of that, and nothing that means something to a browser.
_NOT_PLAIN = re.compile(f"[&<>\"'\r\n{_HIDDEN.pattern[1:-1]}]")


@cache
def asset(name: str) -> str:
    """A style sheet or script of templates/, as it stands in the page."""
    return (TEMPLATES / name).read_text("utf-8")


def attribute(text: str) -> str:
    """Text for an attribute between double quotes; hidden characters are replaced by their code point."""
    if not _NOT_PLAIN.search(text):
        return text
    return html_escape(_HIDDEN.sub(lambda m: f"[U+{ord(m[0]):04X}]", text)).replace("\n", "&#10;")


def visible(text: str) -> str:
    """Text of a book for the body of a page: markup is shown, never obeyed, and hidden characters become visible.

    A line end is kept (CR LF as one), every other control and every character that reorders text is shown by its
    code point in a small box.
    """
    if not _NOT_PLAIN.search(text):
        return text
    escaped = html_escape(text.replace("\r\n", "\n"), quote=False)
    return _HIDDEN.sub(lambda m: f'<i class="ctl">U+{ord(m[0]):04X}</i>', escaped)


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def page(title: str, body: str, script: str = "", body_attributes: str = "") -> str:
    """A whole page. `body` is markup, `title` is text, `script` names a file of templates/ or nothing."""
    style = asset("page.css")
    code = asset(script) if script else ""
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(code)}" if code else "script-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{attribute(title)}</title>\n<style>{style}</style>\n</head>\n<body{body_attributes}>\n{body}\n"
        + (f"<script>{code}</script>\n" if code else "")
        + "</body>\n</html>\n"
    )
