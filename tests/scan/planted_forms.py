"""The forms a text may have in a file: encodings, archives, and very long or binary surroundings."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from urllib.parse import quote

from tests.scan.planted_kinds import Dice, Made, Nature

Form = Callable[[Made, Dice], bytes]
"""How a made value becomes a file's content."""

_WORDS = (
    "order",
    "queue",
    "worker",
    "retry",
    "batch",
    "parser",
    "store",
    "cart",
    "billing",
    "report",
    "page",
    "search",
)
_LOG_LINES = 1500
_ZIP_DATE = (2024, 5, 6, 7, 8, 10)


def config(made: Made, roll: Dice) -> bytes:
    """A small settings file with the value in it; a key file for what has many lines."""
    if made.kind.nature is Nature.BLOCK:
        return made.text.encode()
    before, after = code(roll, 4), code(roll, 3)
    return f"{before}{made.text}\n{after}".encode()


def code(roll: Dice, lines: int) -> str:
    """Ordinary code."""
    return "".join(_line(roll) for _ in range(lines))


def _line(roll: Dice) -> str:
    a, b, c = roll.choices(_WORDS, k=3)
    match roll.randrange(5):
        case 0:
            return f"def {a}_{b}({c}):  # the {b} of a {a}\n"
        case 1:
            return f"    {a} = {b}.{c}({roll.randrange(1000)})\n"
        case 2:
            return f'    if {a}.name == "{b}" and {c}:\n'
        case 3:
            return f"        return {a}[{roll.randrange(10)}] + {b}\n"
        case _:
            return f"# {a} and {b} go to the {c} after the {a}\n"


def crlf(made: Made, roll: Dice) -> bytes:
    return config(made, roll).replace(b"\n", b"\r\n")


def latin1(made: Made, roll: Dice) -> bytes:
    return "# Schl\xfcssel f\xfcr M\xfcller\n".encode("latin-1") + config(made, roll)


def one_long_line(made: Made, roll: Dice) -> bytes:
    """A megabyte without a line end."""
    half = "".join(f'{{"{roll.choice(_WORDS)}":{n}}},' for n in range(28_000))
    return f"[{half}{{{made.text.strip()}}},{half}0]".encode()


def log(roll: Dice, count: int) -> list[bytes]:
    """Lines of a log."""
    lines = [
        f"INFO {roll.choice(_WORDS)}-{roll.randrange(99)} {_line(roll).strip()}\n".encode() for _ in range(_LOG_LINES)
    ]
    return roll.choices(lines, k=count)


def utf16(encoding: str, mark: bytes = b"") -> Form:
    return lambda made, roll: mark + config(made, roll).decode().encode(encoding)


def binary(made: Made, roll: Dice) -> bytes:
    return b"\x7fELF\x02\x01\x01\0" + roll.randbytes(700) + b"\0" + made.text.encode() + b"\0" + roll.randbytes(900)


def with_nul(made: Made, roll: Dice) -> bytes:
    return config(made, roll) + b"end\0\n"


def in_base64(made: Made, roll: Dice) -> bytes:
    """A value alone, as in a Kubernetes secret."""
    return b"kind: Secret\ndata:\n  app: " + base64.b64encode(made.value.encode()) + b"\n"


def settings_in_base64(made: Made, roll: Dice) -> bytes:
    """A whole settings file, in lines of 76 characters (RFC 2045)."""
    return b"begin-base64 644 app.env\n" + base64.encodebytes(config(made, roll)) + b"====\n"


def in_base64_twice(made: Made, roll: Dice) -> bytes:
    return b"blob: " + base64.b64encode(base64.b64encode(made.value.encode())) + b"\n"


def in_hex(made: Made, roll: Dice) -> bytes:
    return b"INSERT INTO settings VALUES (X'" + made.value.encode().hex().encode() + b"');\n"


def in_percent(made: Made, roll: Dice) -> bytes:
    """As in an address; every byte of it where nothing would be quoted."""
    text = quote(made.text.strip(), safe="")
    if quote(made.value, safe="") == made.value:
        text = "".join(f"%{byte:02X}" for byte in made.text.strip().encode())
    return f"GET /callback?state={text}&page=2 HTTP/1.1\n".encode()


def zipped(made: Made, roll: Dice) -> bytes:
    return _zip("app/.env", config(made, roll))


def _zip(name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(made: Made, roll: Dice) -> bytes:
    out, body = io.BytesIO(), config(made, roll)
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("app/settings.py")
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return gzip.compress(out.getvalue(), mtime=0)


def gzipped(made: Made, roll: Dice) -> bytes:
    return gzip.compress(config(made, roll), mtime=0)


def jar_in_zip(made: Made, roll: Dice) -> bytes:
    return _zip("lib/app.jar", _zip("application.properties", config(made, roll)))


def svg(made: Made, roll: Dice) -> bytes:
    return f"<svg xmlns='http://www.w3.org/2000/svg'><desc>\n{made.text}\n</desc></svg>\n".encode()


def package_lock(made: Made, roll: Dice) -> bytes:
    """A lock file of npm whose ``resolved`` address holds a token."""
    return (
        '{\n  "lockfileVersion": 3,\n  "packages": {\n    "node_modules/cart": {\n      "version": "1.4.2",\n'
        f'      "resolved": "https://ci:{made.value}@npm.northwind.io/cart/-/cart-1.4.2.tgz"\n    }}\n  }}\n}}\n'
    ).encode()


def split(made: Made, roll: Dice) -> bytes:
    """A string put together from two lines."""
    half = len(made.value) // 2
    return f'token = ("{made.value[:half]}"\n         "{made.value[half:]}")\n'.encode()


def target(made: Made, roll: Dice) -> bytes:
    return f"/mnt/vault/{made.value}".encode()


def gitmodules(made: Made, roll: Dice) -> bytes:
    address = f"https://ci:{made.value}@git.northwind.io/team/lib.git"
    return f'[submodule "lib"]\n\tpath = lib\n\turl = {address}\n'.encode()
