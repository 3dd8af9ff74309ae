"""A real Chromium, driven over its debugging pipe with nothing but the standard library; no test stands here."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The Chromium of this machine, if it has one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def chinese_font() -> bool:
    """Whether a font is installed that can show Chinese; without one a page is all boxes."""
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


class BrowserError(RuntimeError):
    """Chromium said no, or nothing in time."""


class Browser:
    """One page of a headless Chromium. What the page reports (errors, blocked contents) gathers in `complaints`."""

    def __init__(self, profile: Path, width: int = 1280, height: int = 900) -> None:
        to_child, self._out = os.pipe()
        self._in, from_child = os.pipe()
        flags = (
            "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --hide-scrollbars "
            "--disable-background-networking --disable-component-update --remote-debugging-pipe"
        )
        command = (
            f'exec "$0" {flags} --user-data-dir="$1" --window-size={width},{height} about:blank '
            f"3<&{to_child} 4>&{from_child}"
        )
        self._process = subprocess.Popen(
            ["bash", "-c", command, str(chromium()), str(profile)],
            pass_fds=(to_child, from_child),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        target = self._call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in target if t["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.close(self._in)
        self._process.terminate()
        self._process.wait(20)

    def open(self, path: Path, fragment: str = "", script: bool = True) -> float:
        """Load a file and wait for it; returns the seconds until its load event. Without `script`, none may run."""
        self._call("Emulation.setScriptExecutionDisabled", value=not script)
        self.complaints.clear()
        self._events.clear()
        begin = time.monotonic()
        self._call("Page.navigate", url=path.resolve().as_uri() + fragment)
        while not any(e["method"] == "Page.loadEventFired" for e in self._events):
            self._receive(60)
        return time.monotonic() - begin

    def value(self, expression: str) -> Any:
        """What an expression of the page's world is worth."""
        got = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise BrowserError(json.dumps(got["exceptionDetails"], ensure_ascii=False))
        return got["result"].get("value")

    def until(self, expression: str, seconds: float = 5) -> bool:
        """Wait until an expression is true; False when it does not become so in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.value(expression):
                return True
            time.sleep(0.02)
        return False

    def press(self, *keys: str) -> None:
        """Press and release keys, one after the other."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            self._call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
            self._call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def hover(self, selector: str) -> None:
        """Move the mouse over the first element that a selector names."""
        x, y = self._middle(selector)
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector: str) -> None:
        """Click on the first element that a selector names."""
        x, y = self._middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])

    def _middle(self, selector: str) -> tuple[float, float]:
        rectangle = self.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const r = e.getClientRects()[0];"
            "return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return rectangle[0], rectangle[1]

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            got = self._receive(60)
            if got.get("id") == number:
                if "error" in got:
                    raise BrowserError(f"{method}: {got['error']}")
                result: dict[str, Any] = got["result"]
                return result

    def _receive(self, seconds: float) -> dict[str, Any]:
        """The next message; events are kept aside, and complaints of the page noted."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], seconds)
            data = os.read(self._in, 1 << 20) if ready else b""
            if not data:
                raise BrowserError("Chromium does not answer")
            self._buffer += data
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self._events.append(message)
            parameters = message["params"]
            if message["method"] == "Log.entryAdded":
                self.complaints.append(parameters["entry"]["text"])
            elif message["method"] == "Runtime.exceptionThrown":
                self.complaints.append(str(parameters["exceptionDetails"]))
            elif message["method"] == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("file:", "about:")):
                    self.complaints.append(f"request to {url}")
        return message
