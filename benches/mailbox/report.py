"""The figures of a run as Markdown, and the goals beside what was measured."""
import os
import platform
import re
import statistics
import time

from daily import POLL

BEGIN = "<!-- mailbox: written by benches/mailbox/run --write -->"
END = "<!-- end of mailbox -->"
LIMIT_ROW = 0
OURS = "`fetch`, durable"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(),
            "system": platform.platform(), "day": time.strftime("%Y-%m-%d")}


def write(path, results):
    """Replaces the part of the document between the marks."""
    text = path.read_text()
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    path.write_text(f"{head}{BEGIN}\n{document(results)}\n{END}{tail}")


def document(results):
    machine_ = results["machine"]
    parts = [f"{machine_['day']}, {machine_['cores']} cores ({machine_['cpu']}), "
             f"{results['rounds']} rounds, {results['seconds'] / 60:.0f} minutes. *× raw* is the "
             "median of the rounds' ratios, a mail's time against a mail's time."]
    parts += [group(entry) for entry in results["groups"]]
    parts += [section for section in (daily_many(results["daily"]), daily_idle(results["daily"]),
                                      daily_lone(results["daily"])) if section]
    parts.append(goals(results))
    parts += [f"Not run: {note}." for note in results["notes"]]
    return "\n\n".join(parts)


def group(entry):
    size = entry["bytes"]
    rows = [f"**{entry['mails']:,} mails of {entry['what']}, {entry['protocol']}** "
            f"({size / 1e6:,.0f} MB; load at the end {entry['load']:.1f})\n",
            "| | wall s (least–most) | mails/s | MB/s | client CPU µs a mail | server CPU µs a mail "
            "| peak RSS MB | × raw |",
            "|---|---|---|---|---|---|---|---|"]
    for name, runs in entry["runs"].items():
        walls = [run["wall"] for run in runs]
        wall, mails = statistics.median(walls), runs[0]["mails"]
        cells = [f"{wall:.2f} ({min(walls):.2f}–{max(walls):.2f})", f"{mails / wall:,.0f}",
                 f"{size / entry['mails'] * mails / 1e6 / wall:,.1f}",
                 f"{median(runs, 'cpu') / mails * 1e6:,.0f}",
                 f"{median(runs, 'server_cpu') / mails * 1e6:,.0f}",
                 f"{median(runs, 'rss') / 1e6:,.0f}", f"{ratio(entry, name):.2f}"]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def ratio(entry, name, other=None, key="wall", other_key="wall"):
    """How much longer a mail takes with one client than with the other (the limit), by rounds."""
    other = other or list(entry["runs"])[LIMIT_ROW]
    pairs = zip(entry["runs"][name], entry["runs"][other])
    return statistics.median((ours[key] / ours["mails"]) / (limit[other_key] / limit["mails"])
                             for ours, limit in pairs)


def daily_many(daily):
    if "many" not in daily:
        return None
    first = daily["many first"]
    rows = [f"**{daily['many mails']:,} mails that are durable already, and 10 new** "
            f"(the first fetch of all: {first['wall']:.1f} s, {first['rss'] / 1e6:.0f} MB). Each fetch "
            "is a process that opens the store and signs in.\n",
            "| | wall ms (least–most) | client CPU ms | server CPU ms | peak RSS MB |",
            "|---|---|---|---|---|"]
    for name, runs in daily["many"].items():
        walls = [run["wall"] * 1e3 for run in runs]
        rows.append(f"| {name} | {statistics.median(walls):.0f} ({min(walls):.0f}–{max(walls):.0f}) | "
                    f"{median(runs, 'cpu') * 1e3:.0f} | {median(runs, 'server_cpu') * 1e3:.0f} | "
                    f"{median(runs, 'rss') / 1e6:.0f} |")
    return "\n".join(rows)


def daily_idle(daily):
    if "idle" not in daily:
        return None
    rows = [f"**A poll that finds nothing, {daily['many mails']:,} mails, connection open**\n",
            "| | ms | bytes of the server |", "|---|---|---|"]
    rows += [f"| {name} | {ms:.2f} | {count:,.0f} |" for name, (ms, count) in daily["idle"].items()]
    return "\n".join(rows)


def daily_lone(daily):
    if "lone ms" not in daily:
        return None
    ours, limit = daily["lone ms"], daily["append ms"]
    text = (f"**A mail alone**: {statistics.median(ours):.1f} ms ({min(ours):.1f}–{max(ours):.1f}) "
            f"from its last byte to the word that it may go; appending it to a file with fdatasync: "
            f"{statistics.median(limit):.2f} ms.")
    if "flushes" in daily:
        counted = daily["flushes"]
        text += (f" Flushes (fsync, fdatasync): {counted['of a lone mail']} of a lone mail, "
                 f"{counted['of a backlog']} of {counted['mails of the backlog']:,} at once.")
    return text


def goals(results):
    """Each goal, and what this run measured of it."""
    groups = {entry["part"]: entry for entry in results["groups"]}
    daily = results["daily"]

    def times(part, name=OURS, other=None):
        entry = groups.get(part)
        names = entry and [row for row in entry["runs"] if row.startswith(name)]
        others = entry and [row for row in entry["runs"] if row.startswith(other or "raw")]
        return ratio(entry, names[0], others[0]) if names and others else None

    def microseconds(part):
        runs = groups[part]["runs"][OURS] if part in groups else None
        return runs and statistics.median(run["cpu"] / run["mails"] * 1e6 for run in runs)

    def of_server(part):
        return ratio(groups[part], OURS, OURS, "cpu", "server_cpu") if part in groups else None

    def above_idle():
        if "large imap" not in groups or "idle rss" not in daily:
            return None
        return (median(groups["large imap"]["runs"][OURS], "rss") - daily["idle rss"]) / 1e6

    idle = daily.get("idle")
    flushes = daily.get("flushes")
    table = [
        ("imap, durable", "≤ 1.25 × raw", times("imap"), "×"),
        ("imaps, durable", "≤ 1.25 × raw", times("imaps"), "×"),
        ("pop3, durable", "≤ 1.3 × raw", times("pop3"), "×"),
        ("poplib, which keeps nothing", "≥ 1.5 × ours", times("pop3", "poplib", OURS), "×"),
        ("mbsync", "≥ 8 × ours", times("imap", "mbsync", OURS), "×"),
        ("imaplib + pydifact", "≥ 100 × ours", times("imap", "imaplib + pydifact", OURS), "×"),
        ("1 MB a mail, imap, durable", "≤ 2 × raw", times("large imap"), "×"),
        ("the same, memory above an idle gateway", "≤ 64 MB", above_idle(), "MB"),
        ("CPU a mail, imap", "≤ 60 µs", microseconds("imap"), "µs"),
        ("the same, against the server's", "≤ 1.2 ×", of_server("imap"), "×"),
        ("a poll that finds nothing", "≤ 2 × STATUS",
         idle and idle[POLL][0] / idle["STATUS"][0], "×"),
        ("the same, bytes read", "≤ 1,024", idle and idle[POLL][1], "bytes"),
        ("mails a flush, backlog", "≥ 64",
         flushes and flushes["mails of the backlog"] / max(1, flushes["of a backlog"]), "mails"),
        ("flushes of a lone mail", "≤ 2", flushes and flushes["of a lone mail"], "flushes"),
    ]
    rows = ["| goal | wanted | measured | |", "|---|---|---|---|"]
    for what, wanted, measured, unit in table:
        if measured is None:
            rows.append(f"| {what} | {wanted} | – | not run |")
            continue
        limit = float(re.search(r"[\d.,]+", wanted).group().replace(",", ""))
        met = measured >= limit if wanted.startswith("≥") else measured <= limit
        digits = 0 if measured >= 20 or float(measured).is_integer() else 2
        rows.append(f"| {what} | {wanted} | {measured:,.{digits}f} {unit} | {'met' if met else 'missed'} |")
    return "\n".join(rows)
