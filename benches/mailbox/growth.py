"""How cost grows with the number of mails: a picture of three panels, as SVG."""
import statistics

OURS = "`fetch`, durable"
WIDTH, HEIGHT, PANEL, GAP, TOP, BOTTOM, LEFT = 1140, 300, 300, 70, 58, 46, 60
STYLE = """<style>
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#52616f}
.title{font-size:14px;font-weight:600;fill:#17212b}.grid{stroke:#dfe5ea}.ground{fill:#fff}
.ours{stroke:#1f6feb;fill:#1f6feb}.limit{stroke:#8a97a3;fill:#8a97a3}
polyline{fill:none!important;stroke-width:2}
@media (prefers-color-scheme:dark){.ground{fill:#10161c}.title{fill:#e8eef3}text{fill:#9fb0bf}
.grid{stroke:#2b3742}}
</style>"""


def draw(results):
    """`None` unless there are two sizes at least."""
    groups = [entry for entry in results["groups"] if entry["part"] in ("sizes", "imap")]
    groups.sort(key=lambda entry: entry["mails"])
    if len({entry["mails"] for entry in groups}) < 2:
        return None
    limit = f"raw {groups[0]['protocol']}"
    again = [entry for entry in groups if entry.get("again")]
    panels = [
        ("time a mail, µs", [("limit", line(groups, limit, wall_a_mail)),
                             ("ours", line(groups, OURS, wall_a_mail))]),
        ("peak memory, MB", [("ours", line(groups, OURS, lambda run: run["rss"] / 1e6))]),
        ("a later fetch with nothing new, ms",
         [("ours", [(entry["mails"], middle(entry["again"], lambda run: run["wall"] * 1e3))
                    for entry in again])]),
    ]
    most = max(entry["mails"] for entry in groups)
    body = "".join(panel(LEFT + at * (PANEL + GAP), title, lines, most)
                   for at, (title, lines) in enumerate(panels))
    what = ("Over the number of mails in the mailbox and in the store: time a mail (blue: fetched and "
            "durable, grey: read raw), peak memory, and a fetch that finds nothing new")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{what}">{STYLE}<title>{what}</title>'
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>{body}</svg>\n')


def line(groups, name, figure):
    return [(entry["mails"], middle(entry["runs"][name], figure)) for entry in groups]


def wall_a_mail(run):
    return run["wall"] / run["mails"] * 1e6


def middle(runs, figure):
    return statistics.median(map(figure, runs))


def panel(left, title, lines, most):
    """Both axes begin at zero, so that a straight line is a straight line."""
    high = top_of(max((y for _, points in lines for _, y in points), default=1))
    bottom = HEIGHT - BOTTOM
    place = lambda x, y: (left + x / most * PANEL, bottom - y / high * (bottom - TOP))
    parts = [f'<text class="title" x="{left}" y="30">{title}</text>']
    for step in range(5):
        _, y = place(0, high * step / 4)
        parts.append(f'<line class="grid" x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{high * step / 4:,.5g}</text>')
    for share in (0, 0.5, 1):
        x, _ = place(most * share, 0)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{most * share:,.0f}</text>')
    parts.append(f'<text x="{left + PANEL / 2}" y="{bottom + 36}" text-anchor="middle">mails</text>')
    for name, points in lines:
        places = [place(*point) for point in points]
        track = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="{name}" points="{track}"/>')
        parts += [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
    return "".join(parts)


def top_of(value):
    """The next of 1, 2, 4, 8, 10 times a power of ten."""
    power = 10 ** (len(f"{int(max(value, 1))}") - 1)
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)
