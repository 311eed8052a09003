"""A benchmark's figures beside its anchor and goal, and how they are printed."""

import json
import statistics

AT_LEAST = "at least"
AT_MOST = "at most"


class Report:
    def __init__(self, as_json):
        self.as_json = as_json
        if not as_json:
            print(f"{'name':<28} {'ours':>11} {'anchor':>11} {'unit':<6} {'ratio':>6}  goal    ok", flush=True)

    def line(self, name, unit, ours, anchor, goal, sense, note=""):
        """`ours` / `anchor` must be at least, or at most, `goal`."""
        ratio = ours / anchor
        ok = ratio >= goal if sense == AT_LEAST else ratio <= goal
        if self.as_json:
            print(json.dumps({"name": name, "ours": round(ours, 3), "anchor": round(anchor, 3), "unit": unit,
                              "ratio": round(ratio, 3), "goal": goal, "sense": sense, "ok": ok, "note": note}),
                  flush=True)
            return
        sign = ">=" if sense == AT_LEAST else "<="
        print(f"{name:<28} {number(ours):>11} {number(anchor):>11} {unit:<6} {ratio:>6.2f}  {sign} {goal:<4} "
              f"{'ok' if ok else 'MISSED':<6} {note}", flush=True)

    def skipped(self, name, reason):
        if self.as_json:
            print(json.dumps({"name": name, "skipped": reason}), flush=True)
        else:
            print(f"{name:<28} skipped: {reason}", flush=True)


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def alternate(rounds, ours, anchor):
    """The medians of `ours()` and `anchor()`, called in turns so that a busy minute meets both."""
    pairs = [(ours(), anchor()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
