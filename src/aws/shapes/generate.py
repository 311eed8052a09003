#!/usr/bin/env python3
"""Writes the tables of shapes beside this file from the public service models, as botocore ships them: names,
types, constraints and bindings, none of the models' prose.

Usage: generate.py           writes the tables
       generate.py --check   0 when they are current, 1 with a diff, 77 when botocore is not the pinned one
       generate.py --model FILE NAME OUT.cpp
                             writes the table of one model in botocore's form (the tests' own)

A service is added as one entry of SERVICES. The version of botocore is the client tests' own
(tests/clients/requirements.txt): `tests/clients/prepare build/clients`, then
`build/clients/python/bin/python src/aws/shapes/generate.py`.
"""

import difflib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# SQS's Query protocol is no longer in its model. What it calls lists, maps and their entries there:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-reference-query.html
SQS_ITEMS = {
    "AWSAccountIdList": "AWSAccountId",
    "ActionNameList": "ActionName",
    "AttributeNameList": "AttributeName",
    "BatchResultErrorEntryList": "BatchResultErrorEntry",
    "BinaryList": "BinaryListValue",
    "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
    "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
    "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
    "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
    "ListMessageMoveTasksResultEntryList": "ListMessageMoveTasksResultEntry",
    "MessageAttributeNameList": "MessageAttributeName",
    "MessageList": "Message",
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "QueueUrlList": "QueueUrl",
    "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
    "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
    "StringList": "StringListValue",
    "TagKeyList": "TagKey",
}
SQS_MAPS = {
    "MessageBodyAttributeMap": ("MessageAttribute", "Name", "Value"),
    "MessageBodySystemAttributeMap": ("MessageSystemAttribute", "Name", "Value"),
    "MessageSystemAttributeMap": ("Attribute", "Name", "Value"),
    "QueueAttributeMap": ("Attribute", "Name", "Value"),
    "TagMap": ("Tag", "Key", "Value"),
}

# The roots of S3's answers are not in its model: SDKs ignore them, programs that read XML themselves do not.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
S3_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}

# Every service whose shapes the house has, by botocore's name of its model:
#   wording, validation_code  how it refuses an input that breaks a constraint (aws/shapes/shape.h)
#   optional                  members that the model demands while AWS answers by the operation's own rule
#   free      shapes whose constraints do not count here, or "all"
#   without   operations that are left out
#   roots     of REST-XML answers, by operation
#   error_prefix, xml_namespace, speaks_query, items, maps   what is not in the model
SERVICES = {
    "cloudformation": {},
    # Names and numbers of tables are refused in the operations' own words; writes and keys likewise.
    "dynamodb": {"error_prefix": "com.amazonaws.dynamodb.v20120810#"},
    "dynamodbstreams": {"error_prefix": "com.amazonaws.dynamodb.v20120810#"},
    # These two are not emulated: the results that TestState is given instead of theirs are checked.
    "events": {},
    "kms": {},
    "iam": {},
    # `loopgate.echo` is a runtime of ours, without code.
    "lambda": {"optional": {"CreateFunctionRequest": ["Code"]}, "free": ["Runtime"]},
    "logs": {"validation_code": "InvalidParameterException"},
    "secretsmanager": {},
    "scheduler": {},
    "sns": {
        "wording": "kInvalidParameter",
        "validation_code": "InvalidParameter",
        "optional": {"PublishInput": ["Message"], "PublishBatchInput": ["PublishBatchRequestEntries"],
                     "PublishBatchRequestEntry": ["Message"]},
    },
    "s3": {
        "roots": S3_ROOTS,
        # Values are refused in the operations' own words.
        "free": "all",
        "validation_code": "MalformedXML",
        # Under the same method and path as what took their place.
        "without": ["GetBucketLifecycle", "GetBucketNotification", "ListDirectoryBuckets", "PutBucketLifecycle",
                    "PutBucketNotification"],
    },
    "sqs": {
        "wording": "kMissingParameter",
        "validation_code": "MissingParameter",
        "error_prefix": "com.amazonaws.sqs#",
        "xml_namespace": "http://queue.amazonaws.com/doc/2012-11-05/",
        "speaks_query": True,
        "items": SQS_ITEMS,
        "maps": SQS_MAPS,
        # An empty batch is an error of its own; an entry is refused alone.
        "optional": {
            "SendMessageBatchRequest": ["Entries"],
            "DeleteMessageBatchRequest": ["Entries"],
            "ChangeMessageVisibilityBatchRequest": ["Entries"],
        },
    },
    # Of an operation that is not emulated, with a pattern that repeats more often than ours may.
    "ssm": {"free": ["InstancePropertyFilterValue", "InstancePropertyStringFilterKey"]},
    # An alias's routes are refused in the words of their class in Java.
    "stepfunctions": {"free": ["RoutingConfigurationList"]},
    "sts": {},
}

# Of these, operations are known by name although they are addressed by path: what the SDKs' users call most.
KNOWN_BY_PATH = ["apigateway", "apigatewayv2", "appsync", "batch", "cloudfront", "efs", "eks", "iot", "iot-data",
                 "pipes", "route53", "s3", "scheduler", "schemas", "sesv2", "xray"]

PROTOCOLS = {
    "query": "kQuery", "ec2": "kEc2", "json": "kJson", "rest-json": "kRestJson", "rest-xml": "kRestXml",
    "smithy-rpc-v2-cbor": "kCbor",
}
TYPES = {
    "string": "kString", "character": "kString", "integer": "kInteger", "short": "kInteger", "byte": "kInteger",
    "long": "kLong", "biginteger": "kLong", "float": "kFloat", "double": "kDouble", "bigdecimal": "kDouble",
    "boolean": "kBoolean", "blob": "kBlob", "timestamp": "kTimestamp", "structure": "kStructure", "list": "kList",
    "map": "kMap",
}
LOCATIONS = {"uri": "kPath", "querystring": "kQuery", "header": "kHeader", "headers": "kPrefixHeaders",
             "statusCode": "kStatusCode"}
FORMATS = {"unixTimestamp": "kUnix", "iso8601": "kIso8601", "rfc822": "kRfc822"}
MEMBER_FLAGS = {"required": 1, "flattened": 2, "xmlAttribute": 4, "idempotencyToken": 8, "payload": 16,
                "streaming": 32}
FLATTENED_SHAPE, PLAIN_JSON, SENSITIVE = 1, 2, 4
NONE = "kNone"
BANNER = "// Generated by generate.py from the models of botocore {version}. Do not edit.\n"


class Pool:
    """Texts, each once, one behind the other; each is known by where it starts."""

    def __init__(self):
        self.offsets = {"": 0}
        self.texts = [""]
        self.size = 1

    def add(self, text):
        if text not in self.offsets:
            self.offsets[text] = self.size
            self.texts.append(text)
            self.size += len(text.encode()) + 1
        return self.offsets[text]

    def lines(self):
        line, out = "", []
        for text in self.texts:
            literal = f'"{escaped(text)}\\0"'
            if line and len(line) + len(literal) > 110:
                out.append("    " + line)
                line = ""
            line += (" " if line else "") + literal
        return out + ["    " + line]


def escaped(text):
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "?":
            out.append("\\?")
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return "".join(out)


class Table:
    """The rows of one service's model."""

    def __init__(self, model, facts):
        self.model = {**model, "operations": {name: operation for name, operation in model["operations"].items()
                                              if name not in facts.get("without", [])}}
        model = self.model
        self.facts = facts
        self.meta = model["metadata"]
        self.protocol = PROTOCOLS[facts.get("protocol", self.meta["protocol"])]
        self.pool = Pool()
        self.constraints, self.namespaces = {}, {}
        self.members, self.shapes, self.operations, self.errors = [], [], [], []
        self.numbers = {name: number for number, name in enumerate(sorted(self.reachable()))}
        self.plain = self.plain_shapes()
        for name in self.numbers:
            self.add_shape(name, model["shapes"][name])
        for name in sorted(model["operations"]):
            self.add_operation(model["operations"][name])
        for name in sorted(self.numbers):
            self.add_error(name, model["shapes"][name])

    @staticmethod
    def references(shape):
        refs = list((shape.get("members") or {}).values())
        return [ref["shape"] for ref in refs + [shape[key] for key in ("member", "key", "value") if key in shape]]

    def reachable(self):
        waiting = []
        for operation in self.model["operations"].values():
            waiting += [operation[key]["shape"] for key in ("input", "output") if key in operation]
            waiting += [error["shape"] for error in operation.get("errors", [])]
        seen = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self.references(self.model["shapes"][name])
        return seen

    def plain_shapes(self):
        """Those whose documents travel in JSON as they stand: all, less what has another name there or is a
        date as text, less what holds one of these."""
        rest = self.protocol == "kRestJson"

        def differs(shape):
            if shape["type"] == "timestamp" and shape.get("timestampFormat", "unixTimestamp") != "unixTimestamp":
                return True
            return any(rest and (member.get("locationName", name) != name or "location" in member)
                       or member.get("timestampFormat", "unixTimestamp") != "unixTimestamp"
                       for name, member in (shape.get("members") or {}).items()) or "payload" in shape

        special = {name for name in self.numbers if differs(self.model["shapes"][name])}
        while True:
            holders = {name for name in self.numbers
                       if special & set(self.references(self.model["shapes"][name]))} - special
            if not holders:
                return set(self.numbers) - special
            special |= holders

    def namespace(self, entry):
        if not entry:
            return NONE
        if isinstance(entry, str):
            entry = {"uri": entry}
        key = (entry.get("prefix", ""), entry["uri"])
        return self.namespaces.setdefault(key, len(self.namespaces))

    def constraint(self, shape):
        low, high = shape.get("min"), shape.get("max")
        pattern = shape.get("pattern", "")
        values = "[" + ", ".join(shape["enum"]) + "]" if "enum" in shape else ""
        if low is None and high is None and not pattern and not values:
            return NONE
        flags = (1 if low is not None else 0) | (2 if high is not None else 0)
        row = (int(low or 0), int(high or 0), flags, self.pool.add(pattern), self.pool.add(values))
        return self.constraints.setdefault(row, len(self.constraints))

    def wire_name(self, owner, name, member):
        shape = self.model["shapes"][member["shape"]]
        flat = member.get("flattened") or shape.get("flattened")
        if flat and shape["type"] == "list" and self.item_name(member["shape"], shape, None):
            return self.item_name(member["shape"], shape, None)
        if member["shape"] in self.facts.get("maps", {}):
            return self.facts["maps"][member["shape"]][0]
        return member.get("locationName", name)

    def item_name(self, name, shape, default="member"):
        return self.facts.get("items", {}).get(name) or shape["member"].get("locationName", default)

    def add_member(self, owner, shape, name, member):
        flags = 0
        required = name in shape.get("required", []) and name not in self.facts.get("optional", {}).get(owner, [])
        for key, value in MEMBER_FLAGS.items():
            if (required if key == "required" else
                    shape.get("payload") == name if key == "payload" else member.get(key)):
                flags |= value
        if self.model["shapes"][member["shape"]].get("streaming"):
            flags |= MEMBER_FLAGS["streaming"]
        self.members.append((
            self.pool.add(name), self.pool.add(self.wire_name(owner, name, member)),
            self.numbers[member["shape"]], self.namespace(member.get("xmlNamespace")
                or self.model["shapes"][member["shape"]].get("xmlNamespace")),
            LOCATIONS.get(member.get("location"), "kBody"), flags,
            FORMATS.get(member.get("timestampFormat"), "kOfProtocol")))

    def is_free(self, name):
        free = self.facts.get("free", [])
        return free == "all" or name in free

    def add_shape(self, name, shape):
        kind = "kDocument" if shape.get("document") else TYPES[shape["type"]]
        first, members = len(self.members), shape.get("members") or {}
        for member, entry in members.items():
            self.add_member(name, shape, member, entry)
        element = shape.get("member") or shape.get("value")
        item = value = ""
        if kind == "kList":
            item = self.item_name(name, shape)
        if kind == "kMap":
            known = self.facts.get("maps", {}).get(name)
            item = known[1] if known else shape["key"].get("locationName", "key")
            value = known[2] if known else shape["value"].get("locationName", "value")
        flags = ((FLATTENED_SHAPE if shape.get("flattened") else 0) | (PLAIN_JSON if name in self.plain else 0)
                 | (SENSITIVE if shape.get("sensitive") else 0))
        self.shapes.append((name, (
            first, len(members), self.numbers[element["shape"]] if element else NONE,
            self.numbers[shape["key"]["shape"]] if "key" in shape else NONE,
            NONE if kind == "kDocument" or self.is_free(name) else self.constraint(shape), kind,
            flags, self.pool.add(item),
            self.pool.add(value), FORMATS.get(shape.get("timestampFormat"), "kOfProtocol"))))

    def add_operation(self, operation):
        http, given, answer = operation["http"], operation.get("input", {}), operation.get("output", {})
        wrapper = self.facts.get("roots", {}).get(operation["name"]) or answer.get(
            "resultWrapper", operation["name"] + "Result" if answer else "")
        self.operations.append((operation["name"], (
            self.pool.add(operation["name"]), self.pool.add(http["method"]), self.pool.add(http["requestUri"]),
            self.pool.add(wrapper), self.pool.add(given.get("locationName", given.get("shape", ""))),
            self.numbers[given["shape"]] if given else NONE, self.numbers[answer["shape"]] if answer else NONE,
            self.namespace(given.get("xmlNamespace")), http.get("responseCode", 200))))

    def add_error(self, name, shape):
        if not shape.get("exception"):
            return
        error = shape.get("error", {})
        status = error.get("httpStatusCode", 500 if shape.get("fault") else 400)
        self.errors.append((name, (self.pool.add(name), self.pool.add(error.get("code", name)), self.numbers[name],
                                   status)))

    # --- as C++ ---

    def rows(self, kind, name, rows):
        out = [f"constexpr table::{kind} {name}[] = {{"] if rows else []
        for comment, row in rows:
            text = ", ".join(cell(value) for value in row)
            out.append(f"    {{{text}}}," + (f"  // {comment}" if comment else ""))
        return out + (["};", ""] if rows else [])

    def member_rows(self):
        out, at = ["constexpr table::Member kMembers[] = {"], 0
        for name, row in self.shapes:
            if row[1] == 0:
                continue
            out.append(f"    // {name}")
            line = "   "
            for member in self.members[at:at + row[1]]:
                text = " {" + ", ".join(cell(value) for value in member) + "},"
                if len(line) + len(text) > 118:
                    out.append(line)
                    line = "   "
                line += text
            out.append(line)
            at += row[1]
        return out + ["};", ""]

    def source(self, symbol, banner):
        meta, facts = self.meta, self.facts
        unnamed = lambda rows: [("", row) for row in rows]
        constraints = unnamed(sorted(self.constraints, key=self.constraints.get))
        namespaces = unnamed(tuple(self.pool.add(part) for part in key)
                             for key in sorted(self.namespaces, key=self.namespaces.get))
        query = self.protocol == "kQuery"
        tables = (self.member_rows() + self.rows("Shape", "kShapes", self.shapes)
                  + self.rows("Constraint", "kConstraints", constraints)
                  + self.rows("Namespace", "kNamespaces", namespaces)
                  + self.rows("Operation", "kOperations", self.operations)
                  + self.rows("Error", "kErrors", self.errors))
        fields = [
            ("id", quoted(meta["serviceId"])),
            ("name", quoted(meta.get("signingName", meta["endpointPrefix"]))),
            ("version", quoted(meta["apiVersion"])),
            ("xml_namespace", quoted(facts.get("xml_namespace", namespace_of(meta)))),
            ("target_prefix", quoted(meta.get("targetPrefix", ""))),
            ("json_version", quoted(meta.get("jsonVersion", ""))),
            ("error_prefix", quoted(facts.get("error_prefix", ""))),
            ("protocol", "Protocol::" + self.protocol),
            ("speaks_query", "true" if facts.get("speaks_query", query) else "false"),
            ("wording", "Wording::" + facts.get("wording", "kDetected")),
            ("validation_code",
             quoted(facts.get("validation_code", "ValidationError" if query else "ValidationException"))),
            ("text", "kText"), ("members", "kMembers"), ("shapes", "kShapes"),
        ]
        fields += [(key, "k" + key.capitalize()) for key, rows in (
            ("constraints", constraints), ("namespaces", namespaces), ("operations", self.operations),
            ("errors", self.errors)) if rows]
        return "\n".join(
            [banner + "// clang-format off", '#include "aws/shapes/services.h"' if symbol in SYMBOLS else
             '#include "aws/shapes/shape.h"', "", "namespace loopgate::aws::shapes {", "", "namespace {", "",
             "using enum Location;", "using enum ShapeType;", "using enum TimestampFormat;", "using table::kNone;", "",
             "constexpr char kText[] ="] + self.pool.lines()[:-1] + [self.pool.lines()[-1] + ";", ""] + tables
            + ["}  // namespace", "", f"extern const ServiceModel {symbol};",
               f"constinit const ServiceModel {symbol} = {{"]
            + [f"    .{key} = {value}," for key, value in fields] + ["};", "", "}  // namespace loopgate::aws::shapes",
                                                                     ""])


SYMBOLS = {"k" + "".join(part.capitalize() for part in name.split("-")): name for name in SERVICES}


def quoted(text):
    return f'"{escaped(text)}"'


def cell(value):
    if isinstance(value, int) and value <= -(2**63):
        return "INT64_MIN"
    return str(value)


def namespace_of(meta):
    entry = meta.get("xmlNamespace", "")
    return entry.get("uri", "") if isinstance(entry, dict) else entry


def services_header(banner):
    lines = [banner + "// The services whose shapes the house has.", "// clang-format off", "#pragma once", "",
             '#include "aws/shapes/shape.h"', "", "namespace loopgate::aws::shapes {", ""]
    lines += [f"extern const ServiceModel {symbol};" for symbol in sorted(SYMBOLS)]
    lines += ["", "// All of them.", f"inline constexpr const ServiceModel* kServices[] = {{"]
    lines += [f"    &{symbol}," for symbol in sorted(SYMBOLS)]
    return "\n".join(lines + ["};", "", "}  // namespace loopgate::aws::shapes", ""])


def known_services(load, names, banner):
    """Every public service in a row: enough to answer its clients in their dialect."""
    pool, rows = Pool(), []
    for name in names:
        model = load(name)
        meta = model["metadata"]
        routes = ""
        if name in KNOWN_BY_PATH:
            routes = "".join(f"{o['http']['method']} {o['http']['requestUri']} {key}\n"
                             for key, o in sorted(model["operations"].items()))
        rows.append((meta["serviceId"], tuple(pool.add(text) for text in (
            meta["serviceId"], meta.get("signingName", meta["endpointPrefix"]), meta["endpointPrefix"],
            meta["apiVersion"], meta.get("targetPrefix", ""), meta.get("jsonVersion", ""), namespace_of(meta), routes))
            + ("Protocol::" + PROTOCOLS[meta["protocol"]],)))
    lines = [banner + "// clang-format off", '#include "aws/shapes/known_services.h"', "",
             "namespace loopgate::aws::shapes {", "", "namespace {", "", "constexpr char kText[] ="]
    lines += pool.lines()[:-1] + [pool.lines()[-1] + ";", "", "constexpr KnownServices::Row kRows[] = {"]
    lines += ["    {" + ", ".join(cell(value) for value in row) + "},  // " + comment for comment, row in rows]
    return "\n".join(lines + ["};", "", "}  // namespace", "",
                              "constinit const KnownServices kKnownServices = {kText, kRows};",
                              "", "}  // namespace loopgate::aws::shapes", ""])


def pinned_version():
    text = (ROOT / "tests/clients/requirements.txt").read_text()
    return re.search(r"^botocore==(\S+)$", text, re.M).group(1)


def outputs():
    import botocore
    import botocore.loaders

    loader = botocore.loaders.Loader(include_default_search_paths=False,
                                     extra_search_paths=[botocore.loaders.Loader.BUILTIN_DATA_PATH])
    load = lambda name: loader.load_service_model(name, "service-2")
    banner = BANNER.format(version=botocore.__version__)
    files = {"services.h": services_header(banner),
             "known_services_table.cpp": known_services(load, loader.list_available_services("service-2"), banner)}
    for symbol, name in SYMBOLS.items():
        files[name.replace("-", "_") + ".cpp"] = Table(load(name), SERVICES[name]).source(symbol, banner)
    return files


def botocore_problem():
    try:
        import botocore
    except ImportError:
        return "botocore is not installed for this Python"
    if botocore.__version__ != pinned_version():
        return f"botocore is {botocore.__version__}"
    return None


def check(files):
    stale = [name for name, text in files.items()
             if not (HERE / name).is_file() or (HERE / name).read_text() != text]
    for name in stale:
        have = (HERE / name).read_text().splitlines() if (HERE / name).is_file() else []
        diff = list(difflib.unified_diff(have, files[name].splitlines(), name, "generated", lineterm="", n=0))
        print("\n".join(line[:160] for line in diff[:20]))
    if stale:
        print(f"{', '.join(stale)}: not what generate.py writes: run it and commit")
    return 1 if stale else 0


def main(arguments):
    if arguments[:1] == ["--model"] and len(arguments) == 4:
        model = json.loads(pathlib.Path(arguments[1]).read_text())
        banner = "// Generated by src/aws/shapes/generate.py. Do not edit.\n"
        pathlib.Path(arguments[3]).write_text(Table(model, model.get("facts", {})).source(arguments[2], banner))
        return 0
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if problem := botocore_problem():
        print(f"{problem}; the tables are generated from {pinned_version()}: `tests/clients/prepare build/clients` "
              "installs it, run this with build/clients/python/bin/python")
        return 77 if arguments else 1
    files = outputs()
    if arguments:
        return check(files)
    for name, text in files.items():
        (HERE / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
