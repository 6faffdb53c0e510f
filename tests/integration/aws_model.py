"""Checks requests against AWS's own service model, as botocore carries it, on behalf of aws_model.cpp.

Reads JSON lines {"method", "target", "headers": {lower-case name: value}, "body"} and prints one line for each: the
operation that the model has at that place, and "ok" or what is wrong with the request. Exits with 77 where botocore
is not installed.
"""
import base64
import json
import re
import sys
from urllib.parse import parse_qs, unquote

try:
    import botocore.loaders
    import botocore.model
    import botocore.validate
except ImportError:
    sys.exit(77)


def read_models():
    loader = botocore.loaders.Loader()
    for service in ("bedrock-runtime", "bedrock"):
        yield botocore.model.ServiceModel(loader.load_service_model(service, "service-2"))


def find_operation(models, method, path):
    """The operation with this method and path, and what its path names."""
    for model in models:
        for name in model.operation_names:
            operation = model.operation_model(name)
            if operation.http["method"] != method:
                continue
            pattern = re.sub(r"\\\{(\w+)\\\+?\\?\}", r"(?P<\1>[^/]+)", re.escape(operation.http["requestUri"].split("?")[0]))
            if match := re.fullmatch(pattern, path):
                return operation, {key: unquote(value) for key, value in match.groupdict().items()}
    return None, {}


def scalar(shape, text):
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[text]
    return text


def from_json(shape, value):
    """The value as botocore's validator takes it: bytes for blobs, which must be standard base64."""
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        return {key: from_json(shape.members[key], inner) if key in shape.members else inner for key, inner in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [from_json(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: from_json(shape.value, inner) for key, inner in value.items()}
    return value


def wrong_enums(shape, value, where=""):
    """botocore leaves enumerations to the service."""
    if shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where}: {value!r} is none of {shape.enum}"
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        for key, inner in value.items():
            if key in shape.members:
                yield from wrong_enums(shape.members[key], inner, f"{where}.{key}")
    if shape.type_name == "list" and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from wrong_enums(shape.member, inner, f"{where}[{index}]")


def parameters(operation, request, named):
    shape = operation.input_shape
    _, _, query = request["target"].partition("?")
    asked = {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()}
    made = {}
    for name, member in shape.members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri" and wire in named:
            made[name] = named[wire]
        elif place == "querystring" and wire in asked:
            made[name] = scalar(member, asked.pop(wire))
        elif place == "header" and wire.lower() in request["headers"]:
            made[name] = request["headers"][wire.lower()]
    if asked:
        raise ValueError(f"unknown in the query: {sorted(asked)}")
    payload = shape.serialization.get("payload")
    if payload:
        made[payload] = request["body"].encode()
    elif request["body"]:
        made.update(from_json(shape, json.loads(request["body"])))
    return made


def check(models, request):
    operation, named = find_operation(models, request["method"], request["target"].partition("?")[0])
    if operation is None:
        return "none no operation has this method and path"
    try:
        made = parameters(operation, request, named)
    except ValueError as why:
        return f"{operation.name} {why}"
    problems = [botocore.validate.ParamValidator().validate(made, operation.input_shape).generate_report()]
    problems += wrong_enums(operation.input_shape, made)
    return f"{operation.name} " + ("; ".join(line for line in problems if line).replace("\n", "; ") or "ok")


models = list(read_models())
for line in sys.stdin:
    print(check(models, json.loads(line)))
