"""A node of its own for a test of pages, on free ports of loopback: a network of one, or the
only one that runs of several validators, where nothing becomes final."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

BIN = os.environ["CAIRN_BIN_DIR"]
PATIENCE_S = 120


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _environment(folder):
    """What begins with CAIRN_ is a setting to the programs."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    return dict(plain, XDG_DATA_HOME=os.path.join(folder, "share"), HOME=folder)


def _run(environment, *words):
    done = subprocess.run([BIN + "/cairn", "--yes", *words], env=environment,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("cairn %s: %s%s" % (" ".join(words), done.stdout, done.stderr))
    return done.stdout


def _read_cookie(data):
    with open(os.path.join(data, "rpc.cookie")) as file:
        return file.read().strip()


class Devnet:
    """Four validators that run, as `cairnd devnet` starts them; asked is the first."""
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="cairn-pages-")
        self.data = os.path.join(self.folder, "net", "node0")
        self.environment = _environment(self.folder)
        for turn in range(5):
            port = _free_port() & ~63  # 40 in a row, which were free a moment ago
            self.url = "http://127.0.0.1:%d" % (port + 1)
            self.process = subprocess.Popen(
                [BIN + "/cairnd", "devnet", "4", "--data-dir", os.path.dirname(self.data),
                 "--base-port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, env=self.environment)
            said = []
            for line in self.process.stdout:
                said.append(line)
                if line.startswith("ready"):
                    return
            self.process.wait()
            shutil.rmtree(os.path.dirname(self.data), ignore_errors=True)
        raise RuntimeError("".join(said))

    def cairn(self, *words):
        """What the wallet says that owns the network."""
        return _run(self.environment, "--data-dir", os.path.dirname(self.data), *words)

    def json(self, *words):
        return json.loads(self.cairn("--json", *words))

    def cookie(self):
        return _read_cookie(self.data)

    def close(self):
        self.process.terminate()
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node:
    def __init__(self, *flags, validators=1):
        self.folder = tempfile.mkdtemp(prefix="cairn-pages-")
        self.data = os.path.join(self.folder, "node" if validators == 1 else "net/node0")
        self.flags = flags
        self.port = None
        self.process = None
        passphrase = os.path.join(self.folder, "passphrase")
        open(passphrase, "w").close()
        os.chmod(passphrase, 0o600)
        self.environment = _environment(self.folder)
        _run(self.environment, "wallet", "new", "--passphrase-file", passphrase)
        self.account = re.search(r"cairn1[a-z0-9]+", _run(self.environment, "account", "list"))[0]
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
        """On the port that it had; the first time on one that was free a moment ago, or on another
        if somebody was faster."""
        for turn in range(1 if self.port else 5):
            port = self.port or _free_port()
            self.url = "http://127.0.0.1:%d" % port
            self.process = subprocess.Popen(
                [BIN + "/cairnd", "run", "--data-dir", self.data,
                 "--rpc-listen", "127.0.0.1:%d" % port, "--p2p-listen", "127.0.0.1:0",
                 *self.flags],
                stdout=self.log, stderr=self.log, env=self.environment)
            if self._is_ready():
                self.port = port
                return
        with open(self.log.name) as log:
            raise RuntimeError(log.read())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None

    def _is_ready(self):
        """False: it ended instead."""
        until = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            try:
                if urllib.request.urlopen(self.url + "/readyz", timeout=5).status == 200:
                    return True
            except OSError:
                if time.monotonic() > until:
                    self.process.kill()
                    raise
                time.sleep(0.02)
        return False

    def cairn(self, *words):
        """What the wallet says, asking this node."""
        return _run(self.environment, "--node", os.path.join(self.data, "rpc.sock"), *words)

    def json(self, *words):
        return json.loads(self.cairn("--json", *words))

    def cookie(self):
        return _read_cookie(self.data)

    def close(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
