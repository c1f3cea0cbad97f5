"""What a file that holds no JSON seems to be, by its first bytes: said to people in one note, so it may be wrong."""

import re

_MAGIC = {
    "parquet": (b"PAR1", b"PARE"),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "gzip": (b"\x1f\x8b\x08",),  # packed twice: the first time is unpacked
    "bzip2": (b"BZh",),
    "xz": (b"\xfd7zXZ\0",),
    "zstd": (b"\x28\xb5\x2f\xfd",),
    "lz4": (b"\x04\x22\x4d\x18",),
    "snappy": (b"\xff\x06\0\0sNaPpY", b"\x82SNAPPY\0"),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "rar": (b"Rar!\x1a\x07",),
    "compress": (b"\x1f\x9d",),
    "zlib": (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),
    "avro": (b"Obj\x01",),
    "orc": (b"ORC",),
    "arrow": (b"ARROW1", b"FEA1"),
    "hdf5": (b"\x89HDF\r\n\x1a\n",),
    "sqlite": (b"SQLite format 3\0",),
    "pdf": (b"%PDF-",),
    "image": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"),
    "office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    "utf_32": (b"\xff\xfe\0\0", b"\0\0\xfe\xff"),  # before UTF-16, of which the first seems to be one
    "utf_16": (b"\xff\xfe", b"\xfe\xff"),
}
# The spreadsheet is a zip of parts, the first of which is called so (ECMA-376, part 2).
_XLSX = b"[Content_Types].xml"
_TAR = (257, b"ustar")
# A letter as UTF-16 and UTF-32 write it, without a byte order mark.
_WIDE = {
    "utf_32": re.compile(rb"[\x09-\x7e]\0\0\0|\0\0\0[\x09-\x7e]"),
    "utf_16": re.compile(rb"[\x09-\x7e]\0[\x09-\x7e]\0|\0[\x09-\x7e]\0[\x09-\x7e]"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1d\x7f]")
_TEXT = {
    "html": re.compile(r"(?i)<(!doctype html|html)\b"),
    "xml": re.compile(r"<[?!A-Za-z]"),
    "json_with_comments": re.compile(r"//|/\*|[{\[]\s*(//|/\*)"),
    "yaml": re.compile(r"(%YAML|---\s)|([\w.-]+:(\s.*)?\n)(\s*(- )?[\w.-]+:(\s|$)|\s*- )"),
}
_JSON_LIKE = re.compile(r"\{|\[\s*[{\[\"'\]]")
_SEPARATORS = {"\t": "tsv", ",": "csv", ";": "csv", "|": "csv"}
_QUOTED = re.compile(r'"[^"]*"')
_LOOK_LINES = 20
_LOOK_BYTES = 1024


def binary_kind(data: bytes) -> str | None:
    """The format that the bytes begin with as no text does, or None."""
    for kind, beginnings in _MAGIC.items():
        if data.startswith(beginnings):
            return "xlsx" if kind == "zip" and _XLSX in data[:64] else kind
    place, sign = _TAR
    if data[place : place + len(sign)] == sign and b"\0" in data[:place]:
        return "tar"
    return next((kind for kind, letter in _WIDE.items() if letter.match(data)), None)


def is_printable(data: bytes) -> bool:
    """Whether it begins as text does, so that a beginning such as `ORC` may be a word."""
    return not _CONTROL.search(data[:_LOOK_BYTES].decode("latin-1"))


def text_kind(data: bytes) -> str:
    """What a text that is no JSON seems to be."""
    is_utf_8, text = _decoded(data)
    if len(_CONTROL.findall(text)) * 20 > len(text):
        return "binary"
    text = text.lstrip()
    found = next((kind for kind, beginning in _TEXT.items() if beginning.match(text)), None)
    if found or _JSON_LIKE.match(text):
        return found or ("not_json" if is_utf_8 else "not_utf_8")
    return _separated(text) or ("text" if is_utf_8 else "not_utf_8")


def _decoded(data: bytes) -> tuple[bool, str]:
    """Whether it is UTF-8, a letter that is cut at the end left aside; and the text."""
    for cut in range(4):
        try:
            return True, data[: len(data) - cut].decode()
        except UnicodeDecodeError as error:
            if error.start < len(data) - 4:
                break
    return False, data.decode("latin-1")


def _separated(text: str) -> str | None:
    """The format of lines that all have the same number of separators."""
    lines = [_QUOTED.sub("", line) for line in text.split("\n", _LOOK_LINES)[:_LOOK_LINES] if line.strip()]
    whole = lines[:-1] if len(lines) > 2 else lines  # the last may be cut
    for separator, kind in _SEPARATORS.items() if whole else ():
        counts = [line.count(separator) for line in whole]
        most = max(counts, key=counts.count)
        if most and counts.count(most) * 5 >= len(counts) * 4 and (len(counts) > 1 or " " not in whole[0]):
            return kind
    return None
