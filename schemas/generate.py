#!/usr/bin/env python3
"""Writes the sorted text tables of this folder out of the reference data.

    python3 schemas/generate.py REFERENCE_FOLDER

REFERENCE_FOLDER holds `schemas/*.json`. Only the standard library is needed. Run twice, the same bytes come out.
`column_shapes.tsv` is written by hand and is not touched.
"""

import gzip
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCALARS = {"bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"}
# The watchlist and Defender functions are described in prose only, so their parameters and columns stand here.
OTHER_TABLE_FUNCTIONS = {
    "_GetWatchlist": ("open", ["watchlistAlias", "keys:dynamic"],
                      ["SearchKey", "_DTItemId", "LastUpdatedTimeUTC:datetime", "WatchlistItem:dynamic"]),
    "_GetWatchlistAlias": ("open", [], []),
    "AssignedIPAddresses": ("open", ["DeviceId", "Timestamp:datetime"], []),
    "DeviceFromIP": ("extends", ["IP", "Timestamp:datetime"], ["IP", "DeviceId"]),
    "SeenBy": ("extends", [], []),
    "FileProfile": ("extends", ["column", "limit:int"], [
        "SHA1", "SHA256", "MD5", "FileSize:long", "GlobalPrevalence:long", "GlobalFirstSeen:datetime",
        "GlobalLastSeen:datetime", "Signer", "Issuer", "SignerHash", "IsCertificateValid:bool",
        "IsRootSignerMicrosoft:bool", "SignatureState", "IsExecutable:bool", "ThreatName", "Publisher",
        "SoftwareName", "ProfileAvailability"]),
}
NAMINGS = {"None": "none", "FirstArgument": "first", "OnlyArgument": "only",
           "FirstArgumentValueIfColumn": "column"}
RETURNS = {
    "Parameter0": "first", "Parameter0Promoted": "promoted", "Parameter0 (int->long)": "promoted",
    "Parameter0Array": "dynamic", "Parameter1": "second", "Common": "common", "CommonNonDynamic": "alternative",
    "Widest": "widest", "MultipleColumns": "columns", "geoshape": "dynamic", "table": "table",
}
# Overloads whose result depends on the type of the first argument.
OVERLOADED = {"abs": "magnitude", "avg": "average", "avgif": "average", "bin": "rounded", "bin_at": "rounded",
              "floor": "rounded"}
# Columns that the function list leaves to code.
FUNCTION_COLUMNS = {
    "http_request": ["ResponseHeaders", "ResponseBody"],
    "http_request_post": ["ResponseHeaders", "ResponseBody"],
    "series_decompose": ["baseline", "seasonal", "trend", "residual"],
    "series_decompose_anomalies": ["ad_flag", "ad_score", "baseline"],
    "series_decompose_forecast": ["baseline", "seasonal", "trend", "residual"],
}


def load(folder, name):
    path = folder / "schemas" / name
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def declaration(name, kind):
    """`name:type`; string, by far the most frequent type, is left out."""
    kind = kind if kind in SCALARS else "string"
    return name if kind == "string" else f"{name}:{kind}"


def write(name, header, lines):
    text = "".join(f"# {line}\n" for line in header) + "".join(f"{line}\n" for line in sorted(lines, key=str.encode))
    (HERE / name).write_text(text, encoding="utf-8")


def tables(folder):
    defender = load(folder, "defender-xdr-tables.json")
    workspace = load(folder, "log-analytics-tables.json.gz")
    columns, seen = {}, {}
    for mark, source in (("X", defender), ("L", workspace)):
        for name, table in source["tables"].items():
            seen.setdefault(name, []).append(mark + table["o"])
            for column, kind in table["c"].items():
                columns.setdefault(name, {}).setdefault(column, kind)
    lines = []
    for name, definition in columns.items():
        assert not any(set(column) & set(",:\t") for column in definition), name
        fields = ",".join(declaration(*item) for item in definition.items())
        lines.append(f"{name}\t{' '.join(seen[name])}\t{fields}")
    common_columns(columns)
    header = [
        "Tables: name, where it is known from, columns as name:type (string where no type is given).",
        "X: Defender XDR, L: Log Analytics. D: reference pages, K: KQLAnalyzer, M: other public pages, A: pySigma.",
        "Origin: Microsoft Learn table reference as collected in oshezaf/sentinelninja (Apache-2.0),",
        "FalconForceTeam/KQLAnalyzer environments.json, AttackIQ/pySigma-backend-kusto (facts only).",
    ]
    write("tables.tsv", header, lines)


def common_columns(tables):
    """Columns that mean the same in many tables, for `union *`: found in 20 or more, always of one type."""
    kinds, counts = {}, {}
    for definition in tables.values():
        for column, kind in definition.items():
            kinds.setdefault(column, set()).add(kind)
            counts[column] = counts.get(column, 0) + 1
    lines = [f"{column}\t{next(iter(kinds[column]))}" for column in kinds
             if counts[column] >= 20 and len(kinds[column]) == 1]
    write("common_columns.tsv", ["Columns of 20 or more tables that always have this type. Origin: tables.tsv."], lines)


def asim(folder):
    schemas = load(folder, "asim-schemas.json")
    lines = []
    for schema, definition in schemas["schemas"].items():
        if schema == "Common":
            continue
        fields = dict(definition["fields"])
        fields.setdefault("TimeGenerated", {"type": "datetime", "class": "Mandatory"})
        fields.setdefault("Type", {"type": "string", "class": "Mandatory"})
        for field, facts in fields.items():
            alias = facts.get("alias_of") or []
            alias = " ".join([alias] if isinstance(alias, str) else alias)
            kind = facts.get("type") if facts.get("type") in SCALARS else "string"
            lines.append(f"{schema} {field}\t{kind}\t{facts.get('class') or 'Optional'}\t{alias}".rstrip())
    header = ["ASIM fields: schema and field, type, class, the fields that an alias stands for.",
              "Origin: Microsoft Learn ASIM schema pages as collected in oshezaf/sentinelninja (Apache-2.0)."]
    write("asim_fields.tsv", header, lines)


def table_functions(folder):
    parsers = load(folder, "asim-parsers.json")
    filters = parsers["filtering_parameters"]
    lines = {}

    def add(name, schema, parameters, columns=()):
        if name:
            lines.setdefault(name, "\t".join([name, schema, ",".join(parameters), ",".join(columns)]).rstrip())

    for parser in parsers["union_parsers"]:
        schema = parser["schema"]
        given = [declaration(item["name"], item["type"]) for item in filters.get(schema, [])]
        full = given if "pack:bool" in given else [*given, "pack:bool"]
        for kind in ("asim", "asim_builtin"):
            add(parser[kind], f"asim {schema}", ["pack:bool"])
        for kind in ("im", "im_builtin"):
            add(parser[kind], f"asim {schema}", full)
        legacy = {"imProcessEvent": ["imProcess"], "imRegistry": ["imRegistryEvent"]}.get(parser["im"], [])
        for name in legacy:
            add(name, f"asim {schema}", full)
        if parser["asim"] == "ASimProcessEvent":
            add("ASimProcess", f"asim {schema}", ["pack:bool"])
    for parser in parsers["source_parsers"]:
        schema = parser["schema"]
        given = [declaration(item["name"], item["type"]) for item in filters.get(schema, [])]
        for kind in ("asim", "asim_builtin"):
            add(parser[kind], f"asim {schema}", ["disabled:bool"])
        # The filtering twins are named alike: vimDnsX, _Im_Dns_X.
        add(parser["asim"].replace("ASim", "vim", 1), f"asim {schema}", [*given, "disabled:bool"])
        add(parser["asim_builtin"].replace("_ASim_", "_Im_", 1), f"asim {schema}", [*given, "disabled:bool"])
    for name, (result, parameters, columns) in OTHER_TABLE_FUNCTIONS.items():
        add(name, result, parameters, columns)
    header = [
        "Functions that give rows: name, result, parameters, columns.",
        "asim S: the fields of schema S. open: these columns and others. extends: the input's columns and these.",
        "Origin: oshezaf/sentinelninja asim_parsers.csv (Apache-2.0), Azure/Azure-Sentinel parser files (MIT),",
        "Microsoft Learn pages of the watchlist and advanced hunting functions.",
    ]
    write("table_functions.tsv", header, lines.values())


def returns(name, signatures):
    if name in OVERLOADED:
        return OVERLOADED[name]
    kinds = [signature["returns"] for signature in signatures]
    if any(kind == "ParameterNLiteral" for kind in kinds):
        other = next((kind for kind in kinds if kind != "ParameterNLiteral"), "unknown")
        return f"typeof {scalar(other)}"
    # `any` gives one value or, with several arguments, a column for each.
    kind = "MultipleColumns" if "MultipleColumns" in kinds else kinds[0]
    return RETURNS[kind] if isinstance(kind, str) and kind in RETURNS else scalar(kind)


def scalar(kind):
    if not isinstance(kind, str):
        return "table"
    base = kind.split("<")[0]
    base = base.removesuffix("array").removesuffix("arrayofreal")
    return base if base in SCALARS else "unknown"


def functions(folder):
    data = load(folder, "kql-functions.json")
    lines = []
    for section, kind in (("scalar_functions", "scalar"), ("aggregates", "aggregate"), ("plugins", "plugin")):
        for name, function in data[section].items():
            naming, prefix = function.get("resultName"), function.get("resultPrefix")
            if naming == "NameAndFirstArgument":
                naming = f"prefix {name}"
            elif naming == "PrefixAndFirstArgument":
                naming = f"prefix {prefix}"
            elif naming == "PrefixOnly":
                naming = f"fixed {prefix}"
            else:
                naming = NAMINGS[naming or "None"]
            result = "table" if kind == "plugin" else returns(name, function["signatures"])
            if name.endswith("_dynamic"):
                result = "dynamic"
            columns = [] if result == "dynamic" else next((item["columns"] for item in function["signatures"] if item.get("columns")), [])
            columns = columns or [(column, "dynamic") for column in FUNCTION_COLUMNS.get(name, [])]
            columns = ",".join(f"{column}:{scalar(ty)}" for column, ty in columns)
            lines.append("\t".join([f"{name} {kind}", naming, result, function.get("obsolete") or "", columns]).rstrip())
    # Two members of the source carry a modifier that the reference data passed over.
    lines += ["gettype scalar\tnone\tstring", "tostring scalar\tfirst\tstring"]
    for name, facts in data["env_functions"]["log_analytics"].items():
        if facts["returns"] == "scope":
            lines.append(f"{name} scope\tnone\ttable")
    for name in ("cluster", "database"):
        lines.append(f"{name} scope\tnone\ttable")
    header = [
        "Built-in functions: name and kind, how a column gets its name, type of the result, replacement, columns.",
        "Origin: microsoft/Kusto-Query-Language src/Kusto.Language/{Functions,Aggregates,PlugIns}.cs (Apache-2.0).",
    ]
    write("functions.tsv", header, lines)


def sigma_fields(folder):
    data = load(folder, "sigma-fields.json")
    lines = []
    for product, facts in data["products"].items():
        product = "-" if product == "*" else product
        for kind in ("category", "service"):
            for name, entry in (facts.get(kind) or {}).items():
                fields = entry["fields"] if isinstance(entry, dict) else entry
                extra = entry.get("aurora_or_vendor_extra", []) if isinstance(entry, dict) else []
                # An empty list means that any field may occur, even where all sources of the product share some.
                known = [*fields, *facts["common"], *extra] if fields else []
                source = [product, name, "-"] if kind == "category" else [product, "-", name]
                lines.append("\t".join([" ".join(source), ",".join(sorted(set(known)))]))
    known = {line.split("\t")[0] for line in lines}
    # The hub knows log sources of rules that the taxonomy's tests do not list.
    for entry in re.findall(r"^  sigma: \{(.*official: true.*)\}", (HERE.parent / "mappings" / "logsources.yaml").read_text(encoding="utf-8"), re.MULTILINE):
        keys = dict(re.findall(r"(\w+): '?([\w.-]+)'?", entry))
        source = " ".join(keys.get(key, "-") for key in ("product", "category", "service"))
        lines += [f"{source}\t"] if source not in known else []
    header = [
        "Sigma log sources: product, category and service (`-`: absent), and the fields of their events; none: any field.",
        "Origin: SigmaHQ/sigma tests/logsource.json at commit 8eaafff (Detection Rule License 1.1), names only;",
        "log sources of mappings/logsources.yaml.",
    ]
    write("sigma_fields.tsv", header, lines)


def main():
    folder = Path(sys.argv[1])
    for part in (tables, asim, table_functions, functions, sigma_fields):
        part(folder)


if __name__ == "__main__":
    main()
