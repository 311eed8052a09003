"""Tables beside a peer emulator, and a partition in a table of ten million items."""

import json
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import tempfile

from figures import AT_LEAST, AT_MOST, alternate
from processes import Sandbox, Server, load

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATE = "fixtures/templates/load_table.yaml"
ROUNDS = 5
CYCLES = {"ours": 4000, "peer": 800}
ITEMS = {"few": 10_000, "many": 10_000_000}
OF_A_PARTITION = 100


def install_peer(build):
    """The peer's modules in the build folder; None when npm or the registry is not there."""
    folder = build.folder / "bench-tables"
    folder.mkdir(exist_ok=True)
    for file in (HERE / "peer_tables").iterdir():
        shutil.copy(file, folder)
    made = folder / "node_modules" / "dynalite"
    if not made.exists() and shutil.which("npm"):
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=False)
    return folder if made.exists() and shutil.which("node") else None


def cycles(build, host, count):
    return [float(word) for word in load(build.tool("table_load"), host, "load", str(count)).split()]


def tables_beside_a_peer(build, report):
    """PutItem, GetItem and DeleteItem of 1 KB over eight connections; both keep what they have on the disk."""
    folder = install_peer(build)
    if folder is None:
        return report.skipped("put-get-delete", "dynalite cannot be installed: npm, or its registry")
    rates, times = {"ours": [], "peer": []}, {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory(prefix="loopgate-peer-") as data, \
            Sandbox(build, TEMPLATE, "--data", "{data}") as sandbox, \
            Server("node", "--no-warnings", str(folder / "peer.mjs"), data) as peer:
        for _ in range(ROUNDS):
            for who, host in (("ours", sandbox.endpoint.netloc), ("peer", peer.address)):
                rate, median, _ = cycles(build, host, CYCLES[who])
                rates[who].append(rate)
                times[who].append(median)
    median = lambda figures, who: statistics.median(figures[who])
    report.line("put-get-delete", "/s", median(rates, "ours"), median(rates, "peer"), 5, AT_LEAST,
                f"p50 {median(times, 'ours'):.0f} us, peer {median(times, 'peer'):.0f} us")


def hash_of(text):
    """As emulators/dynamodb/keys.cpp has it: what stands before a partition key."""
    value = 2166136261
    for byte in text:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    value ^= value >> 16
    value = value * 0x85EBCA6B & 0xFFFFFFFF
    value ^= value >> 13
    value = value * 0xC2B2AE35 & 0xFFFFFFFF
    return (value ^ value >> 16).to_bytes(4, "big")


def number_key(number):
    """1 to 100, as emulators/dynamodb/expressions/number.cpp writes them."""
    digits = str(number).rstrip("0")
    pair = int(digits.ljust(2, "0"))
    return bytes((0xC0, 130 + len(str(number)) - 1, pair + 1))


def rows(table, count):
    for partition in range(count // OF_A_PARTITION):
        name = f"p{partition}"
        key = hash_of(name.encode()) + name.encode()
        for number in range(1, OF_A_PARTITION + 1):
            item = json.dumps({"pk": {"S": name}, "sk": {"N": str(number)}, "v": {"S": "x" * 40}},
                              separators=(",", ":"))
            yield table, key, number_key(number), 50, item


def fill(database, table_name, count):
    """As many items as that many puts would have left; the sandbox is not running."""
    connection = sqlite3.connect(database)
    (table,) = connection.execute("SELECT id FROM dynamodb_tables WHERE arn LIKE ?",
                                  (f"%:table/{table_name}",)).fetchone()
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("DELETE FROM dynamodb_items WHERE tbl = ?", (table,))
    connection.executemany("INSERT INTO dynamodb_items (tbl, hash, range, size, item) VALUES (?,?,?,?,?)",
                           rows(table, count))
    connection.commit()
    connection.close()


def query_in_a_large_table(build, report):
    """A partition of 100 items in a table of ten million beside one of ten thousand."""
    with tempfile.TemporaryDirectory(prefix="loopgate-bench-") as data:
        with Sandbox(build, TEMPLATE, "--data", data):
            pass
        database = next(pathlib.Path(data).glob("*.db*"))
        fill(database, "few", ITEMS["few"])
        fill(database, "many", ITEMS["many"])
        with Sandbox(build, TEMPLATE, "--data", data) as sandbox:
            time = lambda table, partition: float(load(build.tool("table_load"), sandbox.endpoint.netloc, table, "1000",
                                                       partition).split()[1])
            many, few = alternate(ROUNDS, lambda: time("many", "p77777"), lambda: time("few", "p77"))
    report.line("query-100-of-10M", "us", many, few, 1.5, AT_MOST, "beside a table of 10 000")


BENCHES = [tables_beside_a_peer, query_in_a_large_table]
