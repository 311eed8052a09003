#!/usr/bin/env python3
"""Functions of our own that nothing in the program reaches, whatever tests do with them.

What a linker does with --gc-sections, but function by function and on the objects of an unoptimized tree (in an
optimized one a function that was inlined everywhere looks unused): from the verbs' entry along relocations, and
through vtables. Functions that are defined in headers are not seen: without a caller they leave no code.

Usage: check.py BUILD_DIR
"""

import bisect
import collections
import pathlib
import re
import struct
import subprocess
import sys

ENTRY = "_ZN8loopgate3cli3runEiPPc"  # what main() calls
OURS = ("_ZN8loopgate", "_ZNK8loopgate")

# Demangled names without arguments (a pattern of the whole) → why they stay.
ALLOWED = {
    r"loopgate::aws::(encode|decode)_.*": "both directions of a protocol are one room",
    r"loopgate::aws::(OperationModel::input_.*|Shape::find|sign|shapes::KnownServices::by_id)": "of a caller's side",
    r"loopgate::io::(HttpClient|HttpResponse|Url)::.*": "what leaves the machine by HTTP asks for it",
    r"loopgate::store::Statement::.*": "each of SQLite's types",
    r"loopgate::store::Store::failed": "what tests of a full disk ask",
    r"loopgate::(Random::unit|lambda::Functions::workers|wireguard::DeadlineQueue::at)": "what tests ask",
    r"loopgate::codec::jsonata::.*": "the language of state machines, whole",
    r"loopgate::codec::capture::Reader::open": "what tests and benchmarks read in memory",
    r"loopgate::codec::brex::Expression::operator=": "written with its counterpart",
}

# ELF-64, little endian (System V gABI, chapter 4, and its supplement for AMD64, 4.4).
SYMBOL_TABLE, RELOCATIONS, WIDE_NUMBERS = 2, 4, 18
LOADED = 2
FUNCTION, LOCAL, GLOBAL, WEAK = 2, 0, 1, 2
# Relocations whose addend is counted from the end of their four bytes.
PC_RELATIVE = {2, 4, 9, 41, 42}
# What describes functions instead of using them.
DESCRIPTIONS = (".eh_frame", ".gcc_except_table")
# AddressSanitizer's own initializer, which names every variable.
SANITIZER = "_sub_I_00099"

Section = collections.namedtuple("Section", "name type flags address offset size link info alignment entry_size")
Symbol = collections.namedtuple("Symbol", "name type binding section value")


class Object:
    """One object file in pieces: (object, section, where the last symbol before it begins)."""

    def __init__(self, data):
        self.data = data
        offset, = struct.unpack_from("<Q", self.data, 0x28)
        size, count, names = struct.unpack_from("<HHH", self.data, 0x3A)
        first = Section(*struct.unpack_from("<IIQQQQIIQQ", self.data, offset))
        count, names = count or first.size, first.link if names == 0xFFFF else names
        sections = [Section(*struct.unpack_from("<IIQQQQIIQQ", self.data, offset + i * size)) for i in range(count)]
        self.sections = [section._replace(name=self.text(sections[names], section.name)) for section in sections]
        self.symbols = self.read_symbols()
        starts = collections.defaultdict(lambda: {0})
        for symbol in self.symbols:
            starts[symbol.section].add(symbol.value)
        self.starts = {section: sorted(values) for section, values in starts.items()}

    def part(self, section):
        return memoryview(self.data)[section.offset : section.offset + section.size]

    def text(self, section, at):
        begin = section.offset + at
        return self.data[begin : self.data.index(b"\0", begin)].decode()

    def read_symbols(self):
        of_type = {section.type: section for section in self.sections}
        table = of_type[SYMBOL_TABLE]
        wide = ()
        if WIDE_NUMBERS in of_type:
            wide = struct.unpack(f"<{table.size // 24}I", self.part(of_type[WIDE_NUMBERS]))
        return [
            Symbol(
                self.text(self.sections[table.link], name),
                info & 15,
                info >> 4,
                wide[i] if number == 0xFFFF else 0 if number >= 0xFF00 else number,
                value,
            )
            for i, (name, info, _, number, value, _) in enumerate(struct.iter_unpack("<IBBHQQ", self.part(table)))
        ]

    def piece(self, section, offset):
        starts = self.starts.get(section, [0])
        return (self, section, starts[max(bisect.bisect_right(starts, offset) - 1, 0)])

    def definitions(self):
        for symbol in self.symbols:
            if symbol.section and symbol.binding in (GLOBAL, WEAK):
                yield symbol, self.piece(symbol.section, symbol.value)

    def references(self):
        """(piece, the piece or the name that it refers to)."""
        for relocations in self.sections:
            if relocations.type != RELOCATIONS:
                continue
            target = self.sections[relocations.info]
            if not target.flags & LOADED or target.name.startswith(DESCRIPTIONS):
                continue
            for offset, info, addend in struct.iter_unpack("<QQq", self.part(relocations)):
                symbol = self.symbols[info >> 32]
                if symbol.binding in (GLOBAL, WEAK):
                    yield self.piece(relocations.info, offset), symbol.name
                elif symbol.section:
                    correction = 4 if info & 0xFFFFFFFF in PC_RELATIVE else 0
                    place = self.piece(symbol.section, symbol.value + addend + correction)
                    yield self.piece(relocations.info, offset), place

    def locals(self):
        """Functions of this file alone, initializers among them. Calls of these leave no relocation, so they count as
        called; the compiler warns of those that are not."""
        for symbol in self.symbols:
            if symbol.type == FUNCTION and symbol.binding == LOCAL and SANITIZER not in symbol.name:
                yield self.piece(symbol.section, symbol.value)


def members(archive):
    """The objects in a static library (ar(5)): exactly those of today's sources, whatever else lies in the tree."""
    data = archive.read_bytes()
    at = len(b"!<arch>\n")
    while at + 60 <= len(data):
        name, size = data[at : at + 16].rstrip(), int(data[at + 48 : at + 58])
        if name not in (b"/", b"//", b"/SYM64/"):
            yield Object(data[at + 60 : at + 60 + size])
        at += 60 + size + size % 2


def reached(objects, definitions):
    references = collections.defaultdict(set)
    for one in objects:
        for source, target in one.references():
            references[source].add(target)
    loaded, seen, todo = set(), set(), [definitions[ENTRY]]
    while todo:
        piece = todo.pop()
        if piece in seen:
            continue
        seen.add(piece)
        if piece[0] not in loaded:
            loaded.add(piece[0])
            todo += piece[0].locals()
        todo += [definitions.get(to) if isinstance(to, str) else to for to in references[piece]]
        todo = [to for to in todo if to is not None]
    return seen


def main():
    build = pathlib.Path(sys.argv[1])
    objects = [one for archive in sorted(build.glob("lib*.a")) for one in members(archive)]
    definitions, strong = {}, []
    for one in objects:
        for symbol, piece in one.definitions():
            definitions.setdefault(symbol.name, piece)
            if symbol.binding == GLOBAL and symbol.type == FUNCTION and symbol.name.startswith(OURS):
                strong.append((symbol.name, piece))
    if ENTRY not in definitions:
        print(f"no library in {build} has {ENTRY}: build the tests first")
        return 1
    seen = reached(objects, definitions)
    mangled = sorted({name for name, piece in strong if piece not in seen})
    names = subprocess.run(["c++filt"], input="\n".join(mangled), capture_output=True, text=True, check=True)
    unused = sorted({name.split("(")[0] for name in names.stdout.split("\n") if name})
    allowed = {name: pattern for name in unused for pattern in ALLOWED if re.fullmatch(pattern, name)}
    faults = [f"{name}: nothing in the program uses it" for name in unused if name not in allowed]
    faults += [f"{pattern}: all of it is used: take it off ALLOWED" for pattern in ALLOWED
               if pattern not in allowed.values()]
    for fault in faults:
        print(fault)
    print(f"{len(objects)} objects, {len(strong)} functions, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
