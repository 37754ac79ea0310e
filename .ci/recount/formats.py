#!/usr/bin/env python3
"""Counts the records of the fixture of every format again, without the program.

    formats.py FOLDER FILES FORMATS

FOLDER has the fixtures, FILES what `entrail FOLDER -q 'select path, format, records, loaded, duplicates, rejected from files' -f csv`
wrote, FORMATS what `entrail --list formats -f csv` wrote. Each fixture must have as many records as are counted here, each of
them loaded or a duplicate, and each format a fixture. The exit code is 1 where that does not hold.
"""

import csv
import io
import json
import os
import sys

# Under which names APIs and programs that keep logs put a list of records.
PAGES = ("value", "records", "Records", "results", "Results", "hits", "tables")


def text_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def rows(text):
    """Rows of a table, without its header and what PowerShell and Excel put before that."""
    while text.startswith(("#TYPE ", "sep=")):
        text = text.split("\n", 1)[1]
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    return sum(1 for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)) - 1


def objects(text):
    """Records in JSON: a list, pages, tables of rows, or one value behind the other."""
    decoder, at, count = json.JSONDecoder(), 0, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        count += records_in(value)
    return count


def records_in(value):
    if isinstance(value, list):
        return sum(map(records_in, value))
    for name in PAGES:
        inner = value.get(name)
        if name == "hits" and isinstance(inner, dict):
            inner = inner.get("hits")
        if isinstance(inner, list):
            if name == "tables":
                return sum(len(table["rows"]) for table in inner)
            return len(inner)
    return 1


def main(folder, files, formats):
    csv.field_size_limit(1 << 30)
    with open(files, encoding="utf-8", newline="") as file:
        shown = {os.path.basename(row["path"]): row for row in csv.DictReader(file)}
    with open(formats, encoding="utf-8", newline="") as file:
        names = {row["format"] for row in csv.DictReader(file)}
    wrong, total, seen = 0, 0, set()
    for name in sorted(os.listdir(folder)):
        text = text_of(os.path.join(folder, name))
        want = rows(text) if name.endswith(".csv") else objects(text)
        row = shown.get(name)
        got = row and (int(row["records"]), int(row["loaded"]) + int(row["duplicates"]), int(row["rejected"]))
        seen.add(row["format"] if row else "")
        total += want
        if got != (want, want, 0):
            print(f"{name}: {want} records are in it, the program has {got} (records, loaded or duplicates, rejected)")
            wrong += 1
    for name in sorted(names - seen):
        print(f"{name}: no fixture is of this format")
        wrong += 1
    print(f"{total} records of {len(seen)} formats in {len(os.listdir(folder))} files, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
