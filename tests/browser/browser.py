"""A headless Chromium, asked over a pipe: the DevTools protocol, messages with a zero byte
behind each. The standard library is enough for that."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

STARTS = 3
ANSWER_S = 100  # a browser that says nothing for so long says nothing more


def find():
    """The path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    def __init__(self, program):
        # One in a hundred was seen to start and never say a word: it is another one's turn then.
        for turn in range(STARTS):
            self._launch(program)
            try:
                self._attach()
                return
            except RuntimeError:
                self.close()
                if turn + 1 == STARTS:
                    raise

    def _launch(self, program):
        self.folder = tempfile.mkdtemp(prefix="cairn-browser-")
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()

        def place_pipes():
            # Numbers 3 and 4, which the pipes themselves may have.
            source, sink = os.dup(from_us), os.dup(to_us)
            os.dup2(source, 3)
            os.dup2(sink, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--remote-debugging-pipe", "--user-data-dir=" + self.folder, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=place_pipes)
        os.close(from_us)
        os.close(to_us)
        self.out, self.inward = to_browser, from_browser
        self.rest, self.number = b"", 0
        self.session = None
        self.said = []  # what pages wrote to the console as an error

    def _attach(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "DOM", "Log", "Network"):
            self.ask(domain + ".enable")

    def close(self):
        os.close(self.out)
        os.close(self.inward)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Its own children end a little later, and write until then.
        until = time.monotonic() + 10
        while os.path.exists(self.folder) and time.monotonic() < until:
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(0.02)

    def _read(self, method):
        while b"\0" not in self.rest:
            if not select.select([self.inward], [], [], ANSWER_S)[0]:
                raise RuntimeError("the browser does not answer %s" % method)
            data = os.read(self.inward, 1 << 20)
            if not data:
                raise RuntimeError("the browser ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Runtime.exceptionThrown":
            details = message["params"]["exceptionDetails"]
            self.said.append(details.get("exception", details).get("description", str(details)))
        if message.get("method") == "Log.entryAdded":
            entry = message["params"]["entry"]
            if entry["level"] == "error" and entry["source"] in ("javascript", "security"):
                self.said.append(entry["text"])
        return message

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(method)
            if answer.get("id") != self.number:
                continue
            if "error" in answer:
                raise RuntimeError("%s: %s" % (method, answer["error"]))
            return answer["result"]

    def window(self, width, height, phone=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, value):
        """"light" or "dark"."""
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": value}])

    def run(self, script):
        """The value of an expression in the page; promises are waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True,
                          returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError("%s: %s" % (script, answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait(self, condition, seconds=60):
        """Until the expression is true in the page; its value."""
        until = time.monotonic() + seconds
        while True:
            value = self.run(condition)
            if value:
                return value
            if time.monotonic() > until:
                raise RuntimeError("not so after %d s: %s; the page says: %s" % (
                    seconds, condition, self.run("document.body.innerText")[:2000]))
            # Nothing in the page says when it is so: it is asked again.
            self.run("new Promise(done => setTimeout(done, 20))")

    def open(self, url):
        self.ask("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href.startsWith(%s)" %
                  json.dumps(url.split("#")[0]))

    def before_pages(self, script):
        """Runs the script in every page from now on, before the page's own."""
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def save_downloads(self, folder):
        self.ask("Page.setDownloadBehavior", behavior="allow", downloadPath=folder)

    def choose(self, selector, path):
        """A file for a file input."""
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def click(self, selector):
        """As a person does: it must be there to be seen, and is pressed in its middle."""
        place = self.run("""(() => {
            const element = document.querySelector(%s);
            if (!element) return null;
            element.scrollIntoView({block: "center"});
            const box = element.getClientRects()[0];
            return box && [box.x + box.width / 2, box.y + box.height / 2];
        })()""" % json.dumps(selector))
        if not place:
            raise RuntimeError("there is nothing to click: " + selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1],
                     button="left", clickCount=1)

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def press_enter(self):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                     windowsVirtualKeyCode=13, text="\r")

    def picture(self, path):
        data = self.ask("Page.captureScreenshot", format="png",
                        captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def is_wider_than_window(self):
        return self.run("document.documentElement.scrollWidth > innerWidth + 1")
