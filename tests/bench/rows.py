"""Rows of {name, size, value, unit, reference, ratio, aim}: a JSON line each, a table at the end."""
import json

rows = []


def row(name, size, value, unit, reference=None, aim="", compared=True):
    """The aim judges the ratio to the reference; the value where there is none, or it is only shown beside."""
    has_ratio = compared and reference is not None
    one = {"name": name, "size": size, "value": round(value, 4), "unit": unit,
           "reference": None if reference is None else round(reference, 4),
           "ratio": round(value / reference, 3) if has_ratio else None, "aim": aim}
    rows.append(one)
    print(json.dumps(one), flush=True)


def slope(points):
    """By how much the value grows with one more of its size: least squares over (size, value)."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def slope_row(name, per, unit, points):
    """`points`: (size, value, reference), the reference None where there is none."""
    theirs = [(x, reference) for x, _, reference in points if reference is not None]
    row(f"{name}-slope", f"per {per}", slope([(x, value) for x, value, _ in points]), unit,
        slope(theirs) if theirs else None, compared=False)


def verdict(one):
    """met; missed; or worse than twice the aim."""
    if not one["aim"]:
        return ""
    relation, text = one["aim"].split()
    aim, judged = float(text), one["value"] if one["ratio"] is None else one["ratio"]
    if relation == "<=":
        return "met" if judged <= aim else "missed" if judged <= 2 * aim else "TWICE"
    return "met" if judged >= aim else "missed" if judged >= aim / 2 else "TWICE"


def print_table():
    print(f"\n{'name':24} {'size':16} {'value':>12} {'unit':14} {'reference':>12} {'ratio':>8}  aim")
    for one in rows:
        shown = {key: "" if one[key] is None else one[key] for key in ("reference", "ratio")}
        print(f"{one['name']:24} {one['size']:16} {one['value']:12} {one['unit']:14} {shown['reference']:>12} "
              f"{shown['ratio']:>8}  {one['aim']:8} {verdict(one)}")
