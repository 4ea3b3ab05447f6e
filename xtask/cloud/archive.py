"""Writes `<function>.zip` beside each function's folder: what Lambda takes as its code."""

import concurrent.futures
import io
import os
import pathlib
import sys
import zipfile


def zipped(binary, level):
    """A function's archive: one executable file, and no clock, so equal code is an equal archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.create_system = 3  # Unix, wherever this runs: else the mode is not read
        entry.external_attr = 0o100755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, binary, compresslevel=level)
    return packed.getvalue()


def write(folder):
    binary = (folder / "bootstrap").read_bytes()
    (folder.parent / f"{folder.name}.zip").write_bytes(zipped(binary, level=9))


if __name__ == "__main__":
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, map(pathlib.Path, sys.argv[1:])))
