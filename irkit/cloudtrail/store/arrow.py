"""Columns of Python values given to DuckDB as an Arrow stream, without pyarrow (100 MB) or numpy.

Source: "The Arrow C data interface", "The Arrow C stream interface" and "The Arrow PyCapsule Interface" of the Apache
Arrow documentation. A stream makes its chunks while it is read, so that memory holds one chunk at a time.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import ClassVar, NamedTuple

_INT32_MAX = 2**31 - 1
_FAILED = 5
"""EIO."""


class Column(NamedTuple):
    """A column's name and its Arrow format: ``u`` for text, ``l`` for 64-bit whole numbers, ``tsu:`` for times."""

    name: str
    format: str


class Chunk(NamedTuple):
    """Some rows, column by column: each column's buffers as Arrow wants them after the first (there are no nulls)."""

    length: int
    columns: Sequence[tuple[array[int], bytes | None]]


def chunk(columns: Sequence[Sequence[str] | Sequence[int]]) -> Chunk:
    """Columns of one length, each of texts or of whole numbers.

    Raises ``UnicodeEncodeError`` for a text with a lone surrogate, ``OverflowError`` for a column of 2 GB or more.
    """
    return Chunk(len(columns[0]), tuple(_buffers(each) for each in columns))


def _buffers(values: Sequence[str] | Sequence[int]) -> tuple[array[int], bytes | None]:
    first = values[0]
    if isinstance(first, int):
        return array("q", values), None  # type: ignore[arg-type]
    return _texts(values)  # type: ignore[arg-type]


def _texts(values: Sequence[str]) -> tuple[array[int], bytes]:
    """Where each text starts and ends, and all of them in one piece. Many columns hold one value only."""
    count = len(values)
    if values.count(values[0]) == count:
        one = values[0].encode()
        size = len(one)
        _refuse_over(size * count)
        starts = array("i", range(0, size * count + 1, size)) if size else array("i", bytes(4 * (count + 1)))
        return starts, one * count
    joined = "".join(values)
    if joined.isascii():
        _refuse_over(len(joined))
        return array("i", list(accumulate(map(len, values), initial=0))), joined.encode()
    each = [value.encode() for value in values]
    data = b"".join(each)
    _refuse_over(len(data))
    return array("i", list(accumulate(map(len, each), initial=0))), data


def _refuse_over(size: int) -> None:
    if size > _INT32_MAX:
        raise OverflowError("a column of one chunk holds 2 GB or more")


class _Schema(ctypes.Structure):
    """``struct ArrowSchema``."""


class _Array(ctypes.Structure):
    """``struct ArrowArray``."""


class _Stream(ctypes.Structure):
    """``struct ArrowArrayStream``."""


_ReleaseSchema = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))
_ReleaseArray = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))
_ReleaseStream = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))
_GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))
_GetNext = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))
_GetLastError = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Stream))

_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)),
    ("release", _ReleaseSchema),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.POINTER(_Array)),
    ("release", _ReleaseArray),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", _GetSchema),
    ("get_next", _GetNext),
    ("get_last_error", _GetLastError),
    ("release", _ReleaseStream),
    ("private_data", ctypes.c_void_p),
]


def _schema_released(one: ctypes._Pointer[_Schema]) -> None:
    one.contents.release = _ReleaseSchema()


def _array_released(one: ctypes._Pointer[_Array]) -> None:
    _held_arrays.pop(one.contents.private_data, None)
    one.contents.release = _ReleaseArray()


def _stream_released(one: ctypes._Pointer[_Stream]) -> None:
    one.contents.release = _ReleaseStream()


_release_schema = _ReleaseSchema(_schema_released)
_release_array = _ReleaseArray(_array_released)
_release_stream = _ReleaseStream(_stream_released)
_held_arrays: dict[int, object] = {}
"""What an array that DuckDB holds points into, until it is released."""


class Rows:
    """Chunks as an object that DuckDB reads once, by its name in a statement. What a chunk's making raises is kept.

    The DuckDB of one process reads it; ``failure`` says afterwards why the stream ended early.
    """

    _last_key: ClassVar[int] = 0

    def __init__(self, columns: Sequence[Column], chunks: Iterator[Chunk]) -> None:
        self._columns = columns
        self._chunks = chunks
        self.failure: BaseException | None = None
        self._stream = _Stream(
            _GetSchema(self._give_schema),
            _GetNext(self._give_next),
            _GetLastError(self._tell),
            _release_stream,
            None,
        )
        self._schemas: list[object] = []
        self._told = ctypes.create_string_buffer(b"")

    def __arrow_c_schema__(self) -> object:
        """The columns, as the capsule DuckDB asks for while it plans."""
        schema = self._schema()
        return _capsule(schema, b"arrow_schema")

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The chunks, as a capsule."""
        return _capsule(self._stream, b"arrow_array_stream")

    def _schema(self) -> _Schema:
        inner = (ctypes.POINTER(_Schema) * len(self._columns))()
        for index, one in enumerate(self._columns):
            inner[index] = ctypes.pointer(_field(one.format, one.name))
        whole = _Schema(b"+s", b"", None, 0, len(inner), inner, None, _release_schema, None)
        self._schemas.append((whole, inner))
        return whole

    def _give_schema(self, _: object, out: ctypes._Pointer[_Schema]) -> int:
        out[0] = self._schema()
        return 0

    def _give_next(self, _: object, out: ctypes._Pointer[_Array]) -> int:
        try:
            following = next(self._chunks, None)
            out[0] = _Array() if following is None else _array(following, self._key())
        except BaseException as error:  # noqa: BLE001 it must not pass through DuckDB's C++: the reader of Rows raises it
            self.failure = error
            return _FAILED
        return 0

    @classmethod
    def _key(cls) -> int:
        cls._last_key += 1
        return cls._last_key

    def _tell(self, _: object) -> int | None:
        self._told = ctypes.create_string_buffer(str(self.failure or "").encode("utf-8", "replace"))
        return ctypes.addressof(self._told)


def _field(form: str, name: str) -> _Schema:
    return _Schema(form.encode(), name.encode(), None, 0, 0, None, None, _release_schema, None)


def _array(rows: Chunk, key: int) -> _Array:
    inner = (ctypes.POINTER(_Array) * len(rows.columns))()
    for index, (numbers, data) in enumerate(rows.columns):
        address = numbers.buffer_info()[0]
        if data is None:
            buffers = (ctypes.c_void_p * 2)(None, address)
        else:
            buffers = (ctypes.c_void_p * 3)(None, address, ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p))
        inner[index] = ctypes.pointer(
            _Array(rows.length, 0, 0, len(buffers), 0, buffers, None, None, _release_array, None)
        )
    none = (ctypes.c_void_p * 1)(None)
    whole = _Array(rows.length, 0, 0, 1, len(inner), none, inner, None, _release_array, key)
    _held_arrays[key] = (rows, inner, none)
    return whole


def _capsule(one: ctypes.Structure, name: bytes) -> object:
    make = ctypes.pythonapi.PyCapsule_New
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return make(ctypes.addressof(one), name, None)
