"""A node of its own for a test of pages, on free ports of loopback: a network of one, or the
only one that runs of several validators, where nothing becomes final."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request

BIN = os.environ["CAIRN_BIN_DIR"]


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node:
    def __init__(self, *flags, validators=1):
        self.folder = tempfile.mkdtemp(prefix="cairn-pages-")
        self.data = os.path.join(self.folder, "node" if validators == 1 else "net/node0")
        self.flags = flags
        self.port = _free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.process = None
        passphrase = os.path.join(self.folder, "passphrase")
        open(passphrase, "w").close()
        os.chmod(passphrase, 0o600)
        # What begins with CAIRN_ is a setting to the programs.
        plain = {name: value for name, value in os.environ.items()
                 if not name.startswith("CAIRN_")}
        self.environment = dict(plain, XDG_DATA_HOME=os.path.join(self.folder, "share"),
                                HOME=self.folder)
        self._run("wallet", "new", "--passphrase-file", passphrase)
        self.account = re.search(r"cairn1[a-z0-9]+", self._run("account", "list"))[0]
        if validators == 1:
            words = ["init", "--data-dir", self.data, "--network", "garden",
                     "--account", self.account]
        else:
            words = ["devnet", str(validators), "--data-dir", os.path.dirname(self.data),
                     "--base-port", str(_free_port()), "--prepare"]
        subprocess.run([BIN + "/cairnd", *words], check=True, stdout=subprocess.DEVNULL,
                       env=self.environment)
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [BIN + "/cairnd", "run", "--data-dir", self.data,
             "--rpc-listen", "127.0.0.1:%d" % self.port, "--p2p-listen", "127.0.0.1:0",
             *self.flags],
            stdout=self.log, stderr=self.log, env=self.environment)
        self._wait()

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None

    def _wait(self):
        while True:
            if self.process.poll() is not None:
                with open(self.log.name) as log:
                    raise RuntimeError(log.read())
            try:
                if urllib.request.urlopen(self.url + "/readyz", timeout=5).status == 200:
                    return
            except OSError:
                continue

    def cairn(self, *words):
        """What the wallet says, asking this node."""
        return self._run("--node", os.path.join(self.data, "rpc.sock"), *words)

    def _run(self, *words):
        done = subprocess.run([BIN + "/cairn", "--yes", *words], env=self.environment,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("cairn %s: %s%s" % (" ".join(words), done.stdout, done.stderr))
        return done.stdout

    def json(self, *words):
        return json.loads(self.cairn("--json", *words))

    def cookie(self):
        with open(os.path.join(self.data, "rpc.cookie")) as file:
            return file.read().strip()

    def close(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
