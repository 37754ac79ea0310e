#!/usr/bin/env python3
"""Counts again what the reports show, from the raw files, without the program.

    recount.py FOLDER REPORTS

FOLDER has the exports, REPORTS what `entrail FOLDER -o REPORTS -f csv` wrote.
Every figure that differs is printed, then a line a report; the exit code is 1
where any differs. The program's own output decides nothing: exports.py reads
the files, reports.py says what each report should have.
"""

import collections
import csv
import datetime
import os
import sys

import exports
from reports import NOT_COUNTED, REPORTS

SHOWN = 5  # differences printed of one report


class Shown:
    """What the program wrote."""

    def __init__(self, folder, evidence):
        self.folder = folder
        self.paths = {row["file_id"]: own_path(row["path"], evidence) for row in self.rows("files")}

    def rows(self, name):
        with open(os.path.join(self.folder, name + ".csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column, cell in row.items():
                # A cell that a spreadsheet would take for a formula has an apostrophe before it.
                if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r", "'"):
                    row[column] = cell[1:]
        return rows


def own_path(path, evidence):
    """The path below the folder, for the program's begins with the folder as it was given."""
    return next((own for own in evidence.files if path == own or path.endswith("/" + own)), path)


def text(value):
    """A figure as the reports write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def agrees(want, cell):
    if isinstance(want, (set, frozenset)):
        return set(filter(None, cell.split(", "))) == want
    if isinstance(want, datetime.datetime):
        return cell[:19] == text(want)
    return cell.strip() == text(want).strip()


def compared(name, want, keys, adds_up, partial, shown):
    """How many figures there were, and a sentence for each that differs."""
    rows = collections.defaultdict(list)
    for row in shown.rows(name):
        if name == "files" and keys:
            if row["records"] == "0":  # an archive, or no export
                continue
            row = row | {"path": shown.paths[row["file_id"]]}
        rows[tuple(row[key][:19] if key == "event_time" else row[key] for key in keys)].append(row)
    want = {tuple(map(text, key)): figures for key, figures in want.items()}
    count, differences = 0, []
    for key in sorted(want.keys() | rows.keys()):
        figures, got = want.get(key), rows.get(key)
        if figures is None and partial:
            continue
        if figures is None or got is None:
            count += 1
            differences.append(f"{name}: {' '.join(key)}: " + ("the report has it, counted again it is not there" if got else "it is not in the report"))
            continue
        for column, value in figures.items():
            count += 1
            if column == "":
                cell = str(len(got))
            elif adds_up:
                cell = str(sum(int(row[column] or 0) for row in got))
            else:
                cell = got[0][column]
            if not (any(agrees(value, row[column]) for row in got) if not adds_up and column else agrees(value, cell)):
                differences.append(f"{name}: {' '.join(key)}: {column or 'rows'} is {cell!r}, counted again {text(value)!r}")
    return count, differences


def main(folder, reports):
    evidence = exports.Evidence(folder)
    shown = Shown(reports, evidence)
    total, wrong = 0, 0
    for name, recounts in REPORTS.items():
        count, differences = 0, []
        for function, keys, adds_up, derived, partial in recounts:
            figures, found = compared(name, function(evidence, shown) if derived else function(evidence), keys, adds_up, partial, shown)
            count, differences = count + figures, differences + found
        for difference in differences[:SHOWN]:
            print(difference)
        if len(differences) > SHOWN:
            print(f"{name}: and {len(differences) - SHOWN} more")
        print(f"{name:20} {count:8} figures, {len(differences)} differ")
        total, wrong = total + count, wrong + len(differences)
    for name in sorted(name.removesuffix(".csv") for name in os.listdir(reports) if name.endswith(".csv")):
        if name in NOT_COUNTED:
            print(f"{name}: not counted again: {NOT_COUNTED[name]}")
        elif name not in REPORTS:
            print(f"{name}: neither counted again nor named among what is not")
            wrong += 1
    print(f"{total} figures of {len(REPORTS)} reports, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
