"""Drive a Chromium too old for Playwright, over its own debugging protocol."""

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

PATIENCE = 30  # seconds
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--lang=zh-CN", "--window-size=1366,768", "--remote-debugging-port=0", "--no-proxy-server",
]  # fmt: skip
KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, "")}
EXPECTED = re.compile(r"status of 4\d\d|INTERNET_DISCONNECTED")


class OldChromium:
    """One page of an old browser, with what went wrong in it and what came over the line."""

    def __init__(self, address: str, url: str) -> None:
        self.url = url
        self.errors: list[str] = []
        self.requests: dict[str, dict[str, Any]] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._number = 0
        self._socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.send(f"{domain}.enable")

    def close(self) -> None:
        self._socket.close()

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        number = self._number
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while number not in self._answers:
            self._listen()
        answer = self._answers.pop(number)
        assert "error" not in answer, (method, answer)
        result: dict[str, Any] = answer["result"]
        return result

    def _listen(self) -> None:
        message = json.loads(self._socket.recv())
        if "id" in message:
            self._answers[message["id"]] = message
        else:
            self._hear(message["method"], message["params"])

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        if event == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"]))
        elif event == "Log.entryAdded" and told["entry"]["level"] == "error":
            entry = told["entry"]
            if not EXPECTED.search(entry["text"]):
                self.errors.append(f"{entry['text']} {entry.get('url', '')}")
        elif event == "Network.requestWillBeSent":
            self.requests[told["requestId"]] = {"url": told["request"]["url"], "size": 0}
        elif event == "Network.loadingFinished" and told["requestId"] in self.requests:
            self.requests[told["requestId"]]["size"] = told["encodedDataLength"]

    def evaluate(self, script: str) -> Any:
        """Run an expression in the page and return its value."""
        got = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, (script, got["exceptionDetails"])
        return got["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression is true in the page, whichever page that is by then."""
        deadline = time.monotonic() + PATIENCE
        while not self._holds(condition):
            assert time.monotonic() < deadline, (condition, self.address, self.text()[:3000], self.errors)
            time.sleep(0.05)

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.evaluate(f"!!({condition})"))
        except AssertionError:  # between two pages
            return False

    @property
    def address(self) -> str:
        return str(self.evaluate("location.pathname"))

    def text(self) -> str:
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def sees(self, selector: str) -> None:
        self.wait_for(f"document.querySelector({json.dumps(selector)})")

    def reads(self, words: str) -> None:
        """Wait until the page says so."""
        self.wait_for(f"document.body && document.body.innerText.indexOf({json.dumps(words)}) >= 0")

    def count(self, selector: str) -> int:
        return int(self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length"))

    def open(self, path: str) -> None:
        """Open a page and wait until its scripts have run."""
        self._marked(lambda: self.send("Page.navigate", url=self.url + path))

    def click(self, selector: str) -> None:
        """Press the middle of the first element that fits."""
        self.sees(selector)
        x, y = self.evaluate(
            f"(function () {{ var e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); var b = e.getBoundingClientRect();"
            " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def go(self, selector: str) -> None:
        """Press what leads to another page, and wait until that is there."""
        self._marked(lambda: self.click(selector))

    def _marked(self, act: Callable[[], object]) -> None:
        self.evaluate("window.isOld = true")
        act()
        self.wait_for("!window.isOld && document.readyState === 'complete'")

    def type(self, selector: str, text: str) -> None:
        """Replace what stands in a field, as the keyboard would."""
        self.sees(selector)
        self.evaluate(
            f"(function () {{ var e = document.querySelector({json.dumps(selector)}); e.focus(); e.select(); }})()"
        )
        self.send("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a list, or mark a box or a button."""
        field = f"{selector}[value={json.dumps(value)}]"
        if self.count(field):
            self.click(field)
            return
        self.evaluate(
            f"(function () {{ var e = document.querySelector({json.dumps(selector)}); e.focus();"
            f" e.value = {json.dumps(value)}; e.dispatchEvent(new Event('input', {{bubbles: true}}));"
            " e.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def press(self, key: str) -> None:
        code, text = KEYS[key]
        same = {"key": key, "code": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", **same, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **same)

    def upload(self, selector: str, *files: Path) -> None:
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])

    def set_offline(self, is_offline: bool) -> None:
        """Take the line away, or give it back."""
        self.send(
            "Network.emulateNetworkConditions", offline=is_offline, latency=0, downloadThroughput=-1,
            uploadThroughput=-1,
        )  # fmt: skip

    def forget_cookie(self, ending: str) -> None:
        """Delete the cookies whose names end so."""
        for cookie in self.send("Network.getCookies", urls=[self.url])["cookies"]:
            if cookie["name"].endswith(ending):
                self.send("Network.deleteCookies", name=cookie["name"], url=self.url)

    def settle(self) -> None:
        """Wait until HTMX is at rest."""
        self.wait_for("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')")


@contextmanager
def old_chromium(program: Path, url: str, folder: Path) -> Iterator[OldChromium]:
    """Run a browser with an empty profile in `folder`; its page must have had no error in the end."""
    log = folder / "chromium.log"
    with log.open("wb") as complaint:
        process = subprocess.Popen(
            [program, *ARGUMENTS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=complaint,
        )  # fmt: skip
    try:
        port = _port(log, process)
        page = OldChromium(_page_address(port), url)
        try:
            yield page
        finally:
            page.close()
        assert page.errors == []
    finally:
        process.kill()
        process.wait()


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + PATIENCE
    while not (
        found := re.search(r"DevTools listening on ws://[^:]+:(\d+)/", log.read_text("utf-8", "replace"))
    ):
        assert process.poll() is None, log.read_text("utf-8", "replace")
        assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
        time.sleep(0.05)
    return int(found[1])


def _page_address(port: int) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        with opener.open(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
            pages = [page for page in json.load(answer) if page["type"] == "page"]
        if pages:
            return str(pages[0]["webSocketDebuggerUrl"])
        assert time.monotonic() < deadline
        time.sleep(0.05)
